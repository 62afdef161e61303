/** Weak entity tags of row versions (RFC 9110 §8.8.3); what we compare is compared weakly. */
import { PreconditionFailed } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import type { ResourceRow } from './resource.ts';

export const etagOf = ({ rev }: Pick<ResourceRow, 'rev'>): string => `W/"${rev}"`;

/** Whether If-None-Match names this version: the answer is 304 then. */
export function isUnchanged(headers: IncomingHeaders, row: Pick<ResourceRow, 'rev'>): boolean {
  const header = headers['if-none-match'];
  return header !== undefined && names(header, row);
}

/** @throws {PreconditionFailed} If-Match names other versions only */
export function requireMatch(headers: IncomingHeaders, row: Pick<ResourceRow, 'rev' | 'id'>): void {
  const header = headers['if-match'];
  if (header === undefined || names(header, row)) return;
  throw new PreconditionFailed(`${row.id} is at version ${etagOf(row)}, If-Match asks for ${header}. Read it again and repeat the change.`);
}

function names(header: string, row: Pick<ResourceRow, 'rev'>): boolean {
  if (header.trim() === '*') return true;
  const tag = `"${row.rev}"`;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
