import type { Database } from '#db/database';
import type { components } from '#generated/types/audit';

export type ChainBreak = components['schemas']['ChainBreak'];

export interface Verification {
  readonly events: number;
  readonly chains: number;
  /** The first hundred. */
  readonly breaks: ChainBreak[];
}

const breaksMax = 100;

interface RowProblem {
  readonly eventId: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly aggregateSeq: number;
  readonly problem: string;
}

interface HeadProblem {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly eventId: string | null;
  readonly lastSeq: number | null;
  readonly headSeq: number | null;
  readonly lastHash: string | null;
  readonly headHash: string | null;
}

const wanted = '($1::text IS NULL OR aggregate_type = $1) AND ($2::text IS NULL OR aggregate_id = $2)';

/** Recomputes chains (I23): all, those of a type, or one; a removed last event shows at the head of its chain. */
export async function verifyChains(database: Database, type: string | null, id: string | null): Promise<Verification> {
  const [counted, rows, heads] = await Promise.all([
    database.one<{ events: number; chains: number }>(
      `SELECT (SELECT count(*) FROM audit.domain_event WHERE ${wanted}) AS events,
              (SELECT count(*) FROM audit.chain_head WHERE seq > 0 AND ${wanted}) AS chains`, [type, id]),
    database.read<RowProblem>('SELECT * FROM audit.verify_chain($1, $2, $3)', [type, id, breaksMax]),
    headProblems(database, type, id),
  ]);
  return { events: counted?.events ?? 0, chains: counted?.chains ?? 0, breaks: [...rows.map(rowBreak), ...heads.map(headBreak)].slice(0, breaksMax) };
}

const headProblems = (database: Database, type: string | null, id: string | null): Promise<HeadProblem[]> =>
  database.read<HeadProblem>(
    `WITH last AS (
       SELECT DISTINCT ON (aggregate_type, aggregate_id) aggregate_type, aggregate_id, aggregate_seq, hash, event_id
       FROM audit.domain_event WHERE ${wanted} ORDER BY aggregate_type, aggregate_id, aggregate_seq DESC),
     head AS (SELECT aggregate_type, aggregate_id, seq, hash FROM audit.chain_head WHERE seq > 0 AND ${wanted})
     SELECT aggregate_type, aggregate_id, last.event_id, last.aggregate_seq AS last_seq, head.seq AS head_seq,
       last.hash AS last_hash, head.hash AS head_hash
     FROM last FULL JOIN head USING (aggregate_type, aggregate_id)
     WHERE last.aggregate_seq IS DISTINCT FROM head.seq OR last.hash IS DISTINCT FROM head.hash LIMIT ${breaksMax}`, [type, id]);

/** What `audit.verify_chain` says, in the words of the API. */
function rowBreak({ problem, ...row }: RowProblem): ChainBreak {
  if (problem.startsWith('gap')) return { ...row, kind: 'gap' };
  return { ...row, kind: problem.startsWith('does not follow') ? 'link' : 'hash' };
}

function headBreak(row: HeadProblem): ChainBreak {
  const { aggregateType, aggregateId, eventId } = row;
  const numbers = row.lastSeq !== row.headSeq;
  return {
    aggregateType, aggregateId, eventId, aggregateSeq: row.lastSeq ?? row.headSeq ?? 0, kind: 'head',
    expected: numbers ? String(row.headSeq ?? 'no head') : row.headHash, found: numbers ? String(row.lastSeq ?? 'no event') : row.lastHash,
  };
}
