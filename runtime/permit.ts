/**
 * A permit is the only key to a write. `policy/` mints it after its rules have passed, for one
 * action inside one transaction; the transaction redeems it once and then hands out a Writer.
 *
 * Compile time: the brand below is not exported, so no other module can build a Permit.
 * Run time: redeem() knows only objects that mint() made.
 */
declare const brand: unique symbol;

export interface Permit<Action extends string> {
  readonly [brand]: Action;
}

interface Grant {
  readonly action: string;
  readonly transaction: object;
  used: boolean;
}

const grants = new WeakMap<object, Grant>();

let minting = false;

/** Gives the mint away exactly once, to `policy/permit.ts`, which loads before any service. */
export function takeMint(): <A extends string>(action: A, transaction: object) => Permit<A> {
  if (minting) throw new Error('the mint of permits belongs to policy/permit.ts and was taken already');
  minting = true;
  return (action, transaction) => {
    const permit = Object.freeze({});
    grants.set(permit, { action, transaction, used: false });
    // The brand exists in the type only; the WeakMap above is what counts at run time.
    return permit as never;
  };
}

/**
 * Uses up a permit.
 * @throws {Error} when the object is no permit, was used before, or belongs to another transaction.
 * @returns the action it allows
 */
export function redeem(permit: Permit<string>, transaction: object): string {
  const grant = grants.get(permit);
  if (!grant) throw new Error('not a permit: only policy/ can allow a write');
  if (grant.used) throw new Error(`the permit for ${grant.action} was used already`);
  if (grant.transaction !== transaction) throw new Error(`the permit for ${grant.action} belongs to another transaction`);
  grant.used = true;
  return grant.action;
}
