import { UsageError } from 'clipanion';
import { Declined } from './failure.ts';
import { answerTo } from './input.ts';
import type { Session } from './session.ts';

/**
 * Asks before money moves or something ends. `question` is only built, with its amount, when somebody
 * is there to read it.
 * @throws UsageError (exit 2) without a terminal and without --yes
 * @throws Declined when the answer is not yes
 */
export async function confirm(session: Session, question: () => Promise<string>): Promise<void> {
  if (session.asked.yes || session.dryRun) return;
  if (!session.interactive) throw new UsageError('This moves money or ends something: say --yes to do it without being asked, or --dry-run to try it out.');
  // First the text, which services are asked for: a line typed before its question would be lost.
  const text = await question();
  if (!/^y(es)?$/i.test(await answerTo(session, `${text} [y/N] `))) throw new Declined();
}
