import { type BaseContext } from 'clipanion';
import { explainSystemError, SetupError } from '#runtime/setup-error';

/**
 * Runs a command's work; what is wrong with the machine or the installation becomes one message on
 * stderr and the exit code of its class, without a stack.
 */
export async function reported(context: BaseContext, json: boolean, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof SetupError ? error : explainSystemError(error, (await import('#runtime/home')).homeOf(process.env).folder);
    if (!known) throw error;
    const { envelopeOf, failureOf } = await import('../failure.ts');
    const failure = failureOf(known);
    context.stderr.write(`${json && failure ? envelopeOf(failure) : known.message}\n`);
    return known.exitCode;
  }
}
