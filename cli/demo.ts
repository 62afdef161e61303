import { Command } from 'clipanion';
import { BssCommand } from './command.ts';
import type { Session } from './session.ts';

export class DemoCommand extends BssCommand {
  static override paths = [['demo']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Play the hero scenario on the running stack and check its money and events.',
    details: `
      A customer signs up, orders a line, uses it up, is blocked, is refused, tops up and is back. Charges rehearsal
      cards only. Leaves with 1 when a state, an amount or an event is not what it must be.
    `,
  });

  protected override async run(session: Session): Promise<number> {
    const { playDemo } = await import('./demo/story.ts');
    return playDemo(session);
  }
}
