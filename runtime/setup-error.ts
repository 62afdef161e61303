/**
 * The machine or the installation is at fault, not a request: a bad setting, a taken port, a full
 * disk. The message is one sentence or two that say what is wrong and what to do; the command line
 * prints it without a stack and leaves with `exitCode` (AGENT-AND-CLI §7).
 */
export class SetupError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The `code` of a system error (`ENOENT`, `EACCES`, …), or '' for anything else that was thrown. */
export const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const sentences: Readonly<Record<string, (place: string) => string>> = {
  ENOSPC: (place) => `The disk that holds ${place} is full; free some space or set BSS_HOME to another folder.`,
  EDQUOT: (place) => `Your quota on the disk that holds ${place} is used up; free some space or set BSS_HOME to another folder.`,
  EACCES: (place) => `${place} may not be used; run as its owner or set BSS_HOME to a folder of your own.`,
  EPERM: (place) => `${place} may not be used; run as its owner or set BSS_HOME to a folder of your own.`,
  EROFS: (place) => `${place} is on a read-only disk; set BSS_HOME to a folder that can be written.`,
  EMFILE: () => 'Too many files are open; raise the limit (ulimit -n) and try again.',
};

/**
 * The sentence for an error of the operating system that is no defect of ours; undefined for any other.
 * @param place the folder to name when the error does not tell a path
 */
export function explainSystemError(error: unknown, place: string): SetupError | undefined {
  const sentence = sentences[systemCode(error)];
  if (!sentence) return undefined;
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : place;
  return new SetupError(sentence(path), 7, { cause: error });
}
