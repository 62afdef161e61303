import { Command } from 'clipanion';
import { BssCommand } from '../command.ts';

export class SpecsDiffCommand extends BssCommand {
  static override paths = [['specs', 'diff']];

  static override usage = Command.Usage({
    category: 'Specs',
    description: 'Tell what changed in the documents since they were pinned.',
    details: 'Compares specs/tmf and specs/patches with the texts that specs/lock.json pins, which git has. Exit 1 when a change breaks clients.',
  });

  /** The documents are files: no stack is asked. */
  override async execute(): Promise<number> {
    const [{ runWithOutput }, { showDiff }] = await Promise.all([import('../session.ts'), import('./generator.ts')]);
    return runWithOutput(this, (output) => showDiff(output));
  }

  protected override run(): Promise<number> {
    return this.execute();
  }
}
