import { type BaseContext } from 'clipanion';
import { SetupError } from '#runtime/setup-error';

/**
 * Runs a command's work; what is wrong with the machine or the installation becomes one message on
 * stderr and the exit code of its class, without a stack.
 */
export async function reported(context: BaseContext, json: boolean, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const line = json ? JSON.stringify({ ok: false, error: { kind: error.name, message: error.message } }) : error.message;
    context.stderr.write(`${line}\n`);
    return error.exitCode;
  }
}
