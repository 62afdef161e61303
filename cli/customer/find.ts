import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CustomerFindCommand extends BssCommand {
  static override paths = [['customer', 'find']];

  static override usage = Command.Usage({
    category: 'Customer',
    description: 'Find a customer by number or e-mail address.',
    examples: [['By number, in any spelling', '$0 customer find "+65 9000 0005"'], ['By address', '$0 customer find ada@example.sg']],
  });

  what = Option.String({ name: 'number-or-address' });

  protected override run(session: Session): Promise<number> {
    const query = this.what.includes('@') ? { email: this.what } : { msisdn: this.what };
    return session.show(session.clients.crm.GET('/customerLookup', { params: { query } }));
  }
}
