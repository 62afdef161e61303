import type { Tx } from '#db/database';
import { BadRequest } from '#runtime/errors';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';

/** A file may be from a catalog that is older than ours, but not make the numbers run out. */
const aheadMax = 100_000;

/**
 * Brings the sequence of a table up to an id that comes from elsewhere, so that it is not given out again.
 * @throws {BadRequest} the number is too far ahead
 */
export async function takeNumber<Row extends ResourceRow>(tx: Tx, { table }: Pick<ResourceDefinition<Row>, 'table'>, id: string): Promise<void> {
  const [prefix = '', digits] = id.split('-');
  const sequence = `${table.split('.')[0]}.seq_${prefix.toLowerCase()}`;
  const row = await tx.one<{ last: number }>(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM ${sequence}`);
  const ahead = Number(digits) - row!.last;
  if (ahead > aheadMax) throw new BadRequest('The id is too far ahead of ours', [{ pointer: '/id', message: `may be ${aheadMax} ahead of ${prefix}-${row!.last}` }]);
  if (ahead > 0) await tx.read('SELECT max(nextval($1::regclass)) FROM generate_series(1, $2::int)', [sequence, ahead]);
}
