import type { Problem } from '#runtime/errors';

/** Both judges' problems with one body; null is a pass. */
export interface Verdicts {
  readonly compiled: readonly Problem[] | null;
  readonly referee: readonly Problem[] | null;
}

interface Exception {
  readonly why: string;
  readonly holds: (verdicts: Verdicts) => boolean;
}

const only = (problems: readonly Problem[] | null, message: RegExp): boolean => problems !== null && problems.every((one) => message.test(one.message));

/** Where they may differ; whoever finds a new one decides who is right. */
export const exceptions: readonly Exception[] = [
  {
    why: 'A URI may be any reference (RFC 3986 §4.1): the TM Forum documents say uri, their own examples hold relative ones.',
    holds: ({ compiled, referee }) => compiled === null && only(referee, /^must match format "uri"$/),
  },
  {
    why: 'An instant is written with T and Z in upper case and without leap second, as RFC 3339 §5.6 lets an application demand: neither our clock nor PostgreSQL keeps more.',
    holds: ({ compiled, referee }) => referee === null && only(compiled, /^must be a valid date-time$/),
  },
];
