import { Command } from 'clipanion';
import { BssCommand } from './command.ts';

export class DoctorCommand extends BssCommand {
  static override paths = [['doctor']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Check machine, database, specs, invariants and queues; say how to mend what is wrong.',
    details: 'Changes nothing. Leaves with 1 when a check fails; a warning does not count.',
    examples: [['What is wrong here', '$0 doctor'], ['For a monitor', '$0 doctor --json']],
  });

  /** Needs no session: it must also tell what is wrong before anything was ever started. */
  override async execute(): Promise<number> {
    const [{ runWithOutput }, { examine }] = await Promise.all([import('./session.ts'), import('./doctor/checkup.ts')]);
    return runWithOutput(this, (output) => examine(this, output));
  }

  protected override run(): Promise<number> {
    return this.execute();
  }
}
