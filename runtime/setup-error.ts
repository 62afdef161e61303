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
