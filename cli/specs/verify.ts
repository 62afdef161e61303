import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';

export class SpecsVerifyCommand extends BssCommand {
  static override paths = [['specs', 'verify']];

  static override usage = Command.Usage({
    category: 'Specs',
    description: 'Compare the documents with an official download.',
    details: 'Takes Swagger 2.0 or OpenAPI files, or folders of them, and compares property by property. Exit 1 when something differs.',
    examples: [['One file', '$0 specs verify TMF629-Customer-v4.0.0.swagger.json'], ['A folder of them', '$0 specs verify ./downloads']],
  });

  files = Option.Rest({ name: 'official-file', required: 1 });

  /** The documents are files: no stack is asked. */
  override async execute(): Promise<number> {
    const [{ runWithOutput }, { showVerify }] = await Promise.all([import('../session.ts'), import('./generator.ts')]);
    return runWithOutput(this, (output) => showVerify(output, this.files));
  }

  protected override run(): Promise<number> {
    return this.execute();
  }
}
