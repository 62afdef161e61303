import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class PaymentMethodsCommand extends ListCommand {
  static override paths = [['payment', 'methods']];

  static override usage = Command.Usage({ category: 'Payment', description: 'List the cards on file.' });

  customer = Option.String({ name: 'customer-id', required: false });

  protected override async run(session: Session): Promise<number> {
    const { printList } = await import('../page.ts');
    const filter = this.customer === undefined ? {} : { customerId: this.customer };
    return printList(session, this, {
      title: 'Cards', type: 'PaymentMethod', marks: [this.customer ?? ''],
      fetch: (window) => session.clients.payment.GET('/paymentMethod', { params: { query: { ...window, ...filter } } }),
    });
  }
}
