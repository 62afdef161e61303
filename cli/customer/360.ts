import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class Customer360Command extends BssCommand {
  static override paths = [['customer', '360']];

  static override usage = Command.Usage({ category: 'Customer', description: 'Show a customer with lines, balances, last order and charges.' });

  id = Option.String({ name: 'customer-id' });

  protected override async run(session: Session): Promise<number> {
    const { customer360 } = await import('./view-360.ts');
    await session.output.show(await customer360(session, this.id));
    return 0;
  }
}
