import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = ['prospect', 'active', 'suspended', 'closed'] as const;

export class CustomerListCommand extends ListCommand {
  static override paths = [['customer', 'list']];

  static override usage = Command.Usage({
    category: 'Customer',
    description: 'List customers, newest first.',
    examples: [['Everybody called Lim', '$0 customer list --name Lim'], ['Ids for a script', '$0 customer list --state active --quiet --all']],
  });

  state = Option.String('--state', { description: 'Only prospect, active, suspended or closed ones.' });
  name = Option.String('--name', { description: 'Only those whose name contains this, upper and lower case alike.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { where }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('#runtime/client')]);
    const status = this.state === undefined ? undefined : oneOf(this.state, states, '--state');
    const filters = where({ status, 'name.regex': this.name && pattern(this.name) });
    return printList(session, this, {
      title: 'Customers', type: 'Customer',
      fetch: (window) => session.clients.TMF629.GET('/customer', { params: { query: { ...window, ...filters } } }),
    });
  }
}

/** The name as typed, upper and lower case alike; its signs mean themselves. */
const pattern = (text: string): string => [...text].map((sign) => {
  const [lower, upper] = [sign.toLowerCase(), sign.toUpperCase()];
  return lower === upper || lower.length !== upper.length ? sign.replace(/[.*+?^${}()|[\]\\]/, '\\$&') : `[${lower}${upper}]`;
}).join('');
