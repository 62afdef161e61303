import { Command, Option } from 'clipanion';
import { WriteCommand } from './command.ts';
import type { Session } from './session.ts';

export class ApiCommand extends WriteCommand {
  static override paths = [['api']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Call any operation by its key and print the answer.',
    details: `
      The key is API and operationId, TMF638.listService; without one the operations are listed. The body is JSON,
      @file, or - for stdin. An operation that charges or destroys asks first.
    `,
    examples: [
      ['Every operation', '$0 api'],
      ['A list, filtered as TMF630 says', '$0 api TMF629.listCustomer -p status=active -p limit=5'],
      ['One resource', '$0 api TMF622.retrieveProductOrder -p id=ORD-014'],
      ['A write', `$0 api crm.createContactMedium -p id=CUST-001 -d '{"mediumType":"email","value":"ada@example.sg"}'`],
    ],
  });

  key = Option.String({ name: 'operation', required: false });
  parameters = Option.Array('-p,--parameter', [], { description: 'name=value, for the path or the query; may be repeated.' });
  headers = Option.Array('-H,--header', [], { description: 'Name: value; may be repeated.' });
  data = Option.String('-d,--data', { description: 'Body: JSON, @file, or - for stdin.' });
  service = Option.String('--service', { description: 'Service to ask, for the operations every service has.' });

  /** The list of operations needs no stack. */
  override async execute(): Promise<number> {
    if (this.key !== undefined) return super.execute();
    const [{ runWithOutput }, { listOperations }] = await Promise.all([import('./session.ts'), import('./operation-call.ts')]);
    return runWithOutput(this, (output) => Promise.resolve(listOperations(output)));
  }

  protected override async run(session: Session): Promise<number> {
    const { callOperation } = await import('./operation-call.ts');
    return callOperation(session, { key: this.key ?? '', parameters: this.parameters, headers: this.headers, data: this.data, service: this.service });
  }
}
