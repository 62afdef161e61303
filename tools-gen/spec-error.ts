/** Thrown when specs/ contradicts itself; the message names file and member, and no stack is shown. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}
