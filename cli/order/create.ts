import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class OrderCreateCommand extends WriteCommand {
  static override paths = [['order', 'create']];

  static override usage = Command.Usage({
    category: 'Order',
    description: 'Order a line for a customer and watch it come up.',
    details: 'Charges the first period to the default card. Each step is shown as it is done; the exit code is 0 when the line is active.',
    examples: [
      ['A line on any free number', '$0 order create CUST-001 PLAN_S'],
      ['In a script, on a chosen number, without waiting', '$0 order create CUST-001 PLAN_S --msisdn 90000042 --yes --no-wait'],
    ],
  });

  customer = Option.String({ name: 'customer-id' });
  offering = Option.String({ name: 'plan' });
  msisdn = Option.String('--msisdn', { description: 'Number wanted; the lowest free one unless said.' });
  note = Option.String('--note', { description: 'Note on the order.' });
  wait = Option.Boolean('--wait', true, { description: 'Wait until the order is through (the default); --no-wait returns at once.' });

  protected override async run(session: Session): Promise<number> {
    const { createOrder } = await import('./creation.ts');
    return createOrder(session, { customerId: this.customer, offeringId: this.offering, msisdn: this.msisdn, note: this.note }, this.wait);
  }
}
