import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class UsageHistoryCommand extends ListCommand {
  static override paths = [['usage', 'history']];

  static override usage = Command.Usage({
    category: 'Usage',
    description: 'List usage, newest first.',
    examples: [['What a number used', '$0 usage history --msisdn 90000005'], ['What was turned away', '$0 usage history --status rejected']],
  });

  subscription = Option.String('--subscription', { description: 'Only usage of this line.' });
  msisdn = Option.String('--msisdn', { description: 'Only usage of this number.' });
  kind = Option.String('--kind', { description: 'Only data, voice or sms.' });
  status = Option.String('--status', { description: 'Only received, guided, rated, billed, rejected or recycled usage.' });
  since = Option.String('--since', { description: 'Only usage at or after this moment.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { usageFilters }] = await Promise.all([import('../page.ts'), import('./usage-filters.ts')]);
    const filters = await usageFilters(session, this);
    return printList(session, this, {
      title: 'Usage', type: 'Usage', marks: [this.subscription ?? '', this.msisdn ?? ''],
      fetch: (window) => session.clients.TMF635.GET('/usage', { params: { query: { ...window, ...filters } } }),
    });
  }
}
