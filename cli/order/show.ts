import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class OrderShowCommand extends BssCommand {
  static override paths = [['order', 'show']];

  static override usage = Command.Usage({ category: 'Order', description: 'Show an order with its steps and network tasks.' });

  id = Option.String({ name: 'order-id' });

  protected override async run(session: Session): Promise<number> {
    if (session.output.scripted) return session.show(session.clients.TMF622.GET('/productOrder/{id}', { params: { path: { id: this.id } } }));
    const { orderView } = await import('./order-view.ts');
    await session.output.show(await orderView(session, this.id));
    return 0;
  }
}
