/** What a retention of some days means; 0 keeps for ever. The ledger keeps every event either way. */

/** How often the loops look: what is due by days is not in a hurry. */
export const retentionEveryMs = 3_600_000;

const dayMs = 86_400_000;

/** When something that was over at `at` may go; null = never. */
export const goesAt = (at: Date | null, days: number): Date | null => (at === null || days === 0 ? null : new Date(at.getTime() + days * dayMs));

/** What was over by this moment may go now. */
export const overBy = (now: Date, days: number): Date => new Date(now.getTime() - days * dayMs);
