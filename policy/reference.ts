import type { FixTool, PolicyViolation } from '#runtime/errors';
import { rule, violation } from './rule.ts';

/** Something a body names by an id of our own format (DOMAIN §1 "Wide intake", §9). */
export interface Reference {
  readonly type: string;
  readonly id: string;
  /** Tool that lists what can be named. */
  readonly tool: FixTool;
  readonly found: boolean;
}

export const referenceUnknown = rule<Reference>({
  code: 'reference.id.unknown',
  title: 'The id names nothing.',
  when: 'an id of our own format, or an offering id, names nothing; 404 in the path, foreign ids are stored and never followed',
  check: ({ found }) => found,
  context: ({ type, id }) => ({ type, id }),
  fix: ({ type, tool }) => [{ hint: `Look the ${type} up first.`, tool }],
  message: ({ type, id }) => `There is no ${type} ${id}.`,
});

/** The refusal for an id that was looked up in vain. */
export const unknownReference = (type: string, id: string, tool: FixTool): PolicyViolation =>
  violation(referenceUnknown, { type, id, tool, found: false });
