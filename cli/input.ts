import { createInterface } from 'node:readline/promises';
import { UsageError } from 'clipanion';
import { Interrupted } from './failure.ts';
import type { Session } from './session.ts';

const bytesMax = 1_048_576;

/**
 * What the person types after a question on stderr.
 * @throws Interrupted on Ctrl-C and Ctrl-D
 */
export async function answerTo({ asked }: Session, question: string): Promise<string> {
  const prompt = createInterface({ input: asked.context.stdin, output: asked.context.stderr });
  try {
    return (await prompt.question(question)).trim();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    asked.context.stderr.write('\n');
    throw new Interrupted();
  } finally {
    prompt.close();
  }
}

/**
 * One line the person types or a pipe gives.
 * @throws UsageError when there is nobody to ask and nothing on stdin
 */
export async function lineFrom(session: Session, question: string): Promise<string> {
  return session.interactive ? answerTo(session, question) : ((await textFrom(session)).split('\n')[0] ?? '').trim();
}

/**
 * All of stdin, at most a megabyte.
 * @throws UsageError when stdin is a terminal or holds nothing, or too much
 */
export async function textFrom(session: Session): Promise<string> {
  const { stdin } = session.asked.context;
  if ('isTTY' in stdin && stdin.isTTY === true) throw new UsageError('There is nothing on stdin; name a value or pipe one in.');
  let text = '';
  for await (const part of stdin) {
    text += String(part);
    if (text.length > bytesMax) throw new UsageError('stdin holds more than a megabyte.');
  }
  if (text.trim() === '') throw new UsageError('There is nothing on stdin; name a value or pipe one in.');
  return text;
}
