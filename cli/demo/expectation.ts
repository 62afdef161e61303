/** The demo found a state, an amount or an event that is not what it must be. */
export class DemoFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemoFailed';
  }
}

/** @throws DemoFailed with the sentence when it does not hold */
export function expectThat(holds: boolean, sentence: string): void {
  if (!holds) throw new DemoFailed(sentence);
}
