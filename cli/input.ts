import { createInterface } from 'node:readline/promises';
import { UsageError } from 'clipanion';
import type { Session } from './session.ts';

const bytesMax = 1_048_576;

/**
 * One line the person types or a pipe gives.
 * @throws UsageError when there is nobody to ask and nothing on stdin
 */
export async function lineFrom(session: Session, question: string): Promise<string> {
  const { stdin, stderr } = session.asked.context;
  if (!session.interactive) return ((await textFrom(session)).split('\n')[0] ?? '').trim();
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
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
