import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const statuses = ['available', 'reserved', 'assigned', 'quarantined', 'ported_out'] as const;

export class InventoryMsisdnListCommand extends ListCommand {
  static override paths = [['inventory', 'msisdn-list']];

  static override usage = Command.Usage({
    category: 'Inventory',
    description: 'List numbers of the pool.',
    examples: [['Free numbers that end up nice', '$0 inventory msisdn-list --status available --prefix 900008']],
  });

  status = Option.String('--status', { description: 'Only available, reserved, assigned, quarantined or ported_out ones.' });
  prefix = Option.String('--prefix', { description: 'Only numbers that start with these digits.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }] = await Promise.all([import('../page.ts'), import('../choice.ts')]);
    const query = {
      ...(this.status === undefined ? {} : { status: oneOf(this.status, statuses, '--status') }),
      ...(this.prefix === undefined ? {} : { prefix: this.prefix }),
    };
    return printList(session, this, {
      title: 'Numbers', type: 'Msisdn', marks: [this.status ?? '', this.prefix === undefined ? '' : `prefix ${this.prefix}`],
      fetch: (window) => session.clients.inventory.GET('/msisdn', { params: { query: { ...window, ...query } } }),
    });
  }
}
