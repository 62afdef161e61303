import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = ['active', 'failing'] as const;

export class HubListCommand extends ListCommand {
  static override paths = [['hub', 'list']];

  static override usage = Command.Usage({
    category: 'Notifications',
    description: 'List subscriptions to notifications, newest first.',
    examples: [['Which listeners are down', '$0 hub list --state failing'], ['Who listens to orders', '$0 hub list --api TMF622']],
  });

  api = Option.String('--api', { description: 'Only subscriptions of this API: TMF622.' });
  state = Option.String('--state', { description: 'Only active or failing ones.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { reader }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('./reader.ts')]);
    const query = {
      ...(this.api === undefined ? {} : { api: this.api.toUpperCase() }),
      ...(this.state === undefined ? {} : { state: oneOf(this.state, states, '--state') }),
    };
    return printList(session, this, {
      title: 'Hubs', type: 'Hub', marks: [this.api ?? '', this.state ?? ''],
      fetch: (window) => session.clients.admin(reader).GET('/hub', { params: { query: { ...window, ...query } } }),
    });
  }
}
