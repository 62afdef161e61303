/** Thrown when SDKs cannot be made here; the message says what to do, and no stack is shown. */
export class SdkError extends Error {
  override readonly name = 'SdkError';
}
