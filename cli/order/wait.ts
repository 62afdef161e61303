import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class OrderWaitCommand extends BssCommand {
  static override paths = [['order', 'wait']];

  static override usage = Command.Usage({
    category: 'Order',
    description: 'Wait until an order is through.',
    details: 'Waits 30 s unless --timeout says otherwise. Leaves with 0 when the order is completed, 1 when it failed or was cancelled, 7 when it is still under way.',
  });

  id = Option.String({ name: 'order-id' });

  protected override async run(session: Session): Promise<number> {
    const { followOrder } = await import('./follow.ts');
    return followOrder(session, this.id);
  }
}
