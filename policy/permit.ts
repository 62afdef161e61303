import { takeMint } from '#runtime/permit';

export type { Permit } from '#runtime/permit';

/** The only mint of permits; `action.ts` and `machine.ts` are its only users. */
export const mint = takeMint();
