import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/case';
import { noteCase } from '#policy/case';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { formatId } from '#runtime/ids';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { casePath, casePayload, find, lockCase } from './case.ts';
import { insertNote, type NoteRow } from './store-case.ts';

type Wire = components['schemas']['CaseNote'];

/** What people say about a case, in order. */
export function caseNoteRoutes(service: Service): Pick<CrmHandlers, 'case.listCaseNote' | 'case.addCaseNote'> {
  return {
    async 'case.listCaseNote'({ params, query }) {
      await find(service.db, params.id);
      const page = pageOf(query, service.config);
      const rows = await service.db.read<NoteRow>(
        'SELECT * FROM crm.case_note WHERE case_id = $1 ORDER BY created_at, length(id), id LIMIT $2 OFFSET $3', [params.id, page.limit, page.offset]);
      const count = await service.db.one<{ total: number }>('SELECT count(*) AS total FROM crm.case_note WHERE case_id = $1', [params.id]);
      return listed(query, page, hrefOf(service, params.id), rows.map((row) => show(service, row)), count?.total ?? 0);
    },
    async 'case.addCaseNote'({ params, body, effect }) {
      const made = effect === undefined ? null : await service.db.one<NoteRow>('SELECT * FROM crm.case_note WHERE id = $1 AND case_id = $2', [effect, params.id]);
      const wire = show(service, made ?? await service.db.tx((tx) => add(service, tx, params.id, body.body)));
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
  };
}

async function add(service: Service, tx: Tx, caseId: string, body: string): Promise<NoteRow> {
  const row = await lockCase(tx, caseId);
  const permit = noteCase.permit(tx, { caseId, state: row.state });
  const number = await tx.one<{ number: number }>(`SELECT nextval('crm.seq_note') AS number`);
  const note = await insertNote(tx, permit, { id: formatId('NOTE', number!.number), caseId, body, author: requireContext().actor, createdAt: service.clock.now() });
  tx.leave(note.id);
  record(tx, 'case.note_added', caseId, { ...casePayload(row), noteId: note.id, author: note.author });
  return note;
}

/** A note has no address of its own: its case shows it. */
const hrefOf = (service: Service, caseId: string): string => service.href(`${casePath}/${caseId}/note`);

const show = (service: Service, { id, caseId, body, author, createdAt }: NoteRow): Wire =>
  ({ id, href: hrefOf(service, caseId), '@type': 'CaseNote', caseId, body, author, createdAt: isoTime(createdAt) });
