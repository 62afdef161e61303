import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';

export class SpecsShowCommand extends BssCommand {
  static override paths = [['specs', 'show']];

  static override usage = Command.Usage({
    category: 'Specs',
    description: 'Show the APIs, one of them, or one operation.',
    examples: [['Every API', '$0 specs show'], ['One API', '$0 specs show TMF622'], ['One operation', '$0 specs show TMF622.createProductOrder']],
  });

  name = Option.String({ name: 'api[.operation]', required: false });

  /** The documents are files: no stack is asked. */
  override async execute(): Promise<number> {
    const [{ runWithOutput }, { showSpecs }] = await Promise.all([import('../session.ts'), import('./shown.ts')]);
    return runWithOutput(this, (output) => showSpecs(output, this.name));
  }

  protected override run(): Promise<number> {
    return this.execute();
  }
}
