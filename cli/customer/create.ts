import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CustomerCreateCommand extends WriteCommand {
  static override paths = [['customer', 'create']];

  static override usage = Command.Usage({
    category: 'Customer',
    description: 'Create a customer.',
    details: 'With an e-mail address or a phone number the customer is active at once, else a prospect.',
    examples: [['A customer with an address', '$0 customer create "Ada Lim" --email ada@example.sg']],
  });

  name = Option.String({ name: 'name' });
  email = Option.String('--email', { description: 'E-mail address.' });
  phone = Option.String('--phone', { description: 'Phone number, E.164: +6590001234.' });
  dateOfBirth = Option.String('--date-of-birth', { description: 'Birth date, 1990-12-31.' });

  protected override async run(session: Session): Promise<number> {
    const { customerBody } = await import('./customer-body.ts');
    return session.show(session.clients.TMF629.POST('/customer', { body: customerBody(this), ...session.once }));
  }
}
