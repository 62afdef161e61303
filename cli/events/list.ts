import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class EventsListCommand extends ListCommand {
  static override paths = [['events', 'list']];

  static override usage = Command.Usage({
    category: 'Events',
    description: 'List what happened, newest last.',
    details: 'The newest 100 unless --since, --after or --all say otherwise; those start at the oldest.',
    examples: [['What happened to a line', '$0 events list SUB-009'], ['Every refusal since the morning', '$0 events list --type policy.refused --since 2026-11-22T06:00:00Z']],
  });

  aggregate = Option.String({ name: 'aggregate-id', required: false });
  type = Option.String('--type', { description: 'Only this type; order.* takes all of an area.' });
  kind = Option.String('--kind', { description: 'Only this kind of aggregate: order, subscription, payment.' });
  trace = Option.String('--trace-id', { description: 'Only events of this trace.' });
  since = Option.String('--since', { description: 'Only events at or after this moment.' });
  after = Option.String('--after', { description: 'Only events recorded after this one, by its id.' });

  protected override async run(session: Session): Promise<number> {
    const { listEvents } = await import('./ledger.ts');
    return listEvents(session, this, { aggregate: this.aggregate, type: this.type, kind: this.kind, trace: this.trace, since: this.since, after: this.after });
  }
}
