import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = ['new', 'waiting', 'delivered', 'parked'] as const;

export class HubShowCommand extends ListCommand {
  static override paths = [['hub', 'show']];

  static override usage = Command.Usage({
    category: 'Notifications',
    description: 'Show what a subscriber got, newest first.',
    examples: [['What was given up', '$0 hub show HUB-001 --state parked']],
  });

  id = Option.String({ name: 'hub-id' });
  state = Option.String('--state', { description: 'Only new, waiting, delivered or parked deliveries.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { reader }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('./reader.ts')]);
    const query = this.state === undefined ? {} : { state: oneOf(this.state, states, '--state') };
    return printList(session, this, {
      title: 'Deliveries', type: 'HubDelivery', marks: [this.id, this.state ?? ''],
      fetch: (window) => session.clients.admin(reader).GET('/hub/{id}/delivery', { params: { path: { id: this.id }, query: { ...window, ...query } } }),
    });
  }
}
