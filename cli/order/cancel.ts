import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class OrderCancelCommand extends WriteCommand {
  static override paths = [['order', 'cancel']];

  static override usage = Command.Usage({
    category: 'Order',
    description: 'Cancel an order that has not reached the network yet.',
    details: 'What was held for it, money and number, is given back. Leaves with 4 when it was too late: then the order goes on.',
  });

  id = Option.String({ name: 'order-id' });
  reason = Option.String('--reason', { description: 'Why, for the record.' });

  wait = Option.Boolean('--wait', true, { description: 'Wait until it is decided (the default); --no-wait returns at once.' });

  protected override async run(session: Session): Promise<number> {
    const { cancelOrder } = await import('./cancellation.ts');
    return cancelOrder(session, { orderId: this.id, reason: this.reason, wait: this.wait });
  }
}
