import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class OrderCancelCommand extends WriteCommand {
  static override paths = [['order', 'cancel']];

  static override usage = Command.Usage({
    category: 'Order',
    description: 'Cancel an order that has not reached the network yet.',
    details: 'What was held for it, money and number, is given back.',
  });

  id = Option.String({ name: 'order-id' });
  reason = Option.String('--reason', { description: 'Why, for the record.' });

  protected override async run(session: Session): Promise<number> {
    const { confirm } = await import('../confirm.ts');
    await confirm(session, () => Promise.resolve(`Cancel order ${this.id}?`));
    const body = { productOrder: { id: this.id }, ...(this.reason === undefined ? {} : { cancellationReason: this.reason }) };
    return session.show(session.clients.TMF622.POST('/cancelProductOrder', { body, ...session.once }));
  }
}
