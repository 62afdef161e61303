import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class EventsTailCommand extends BssCommand {
  static override paths = [['events', 'tail']];

  static override usage = Command.Usage({
    category: 'Events',
    description: 'Follow what happens as it happens.',
    details: 'Shows the last ten events, then each new one until Ctrl-C. A service that is away for a moment is waited for.',
    examples: [['Everything', '$0 events tail'], ['One line, as JSON', '$0 events tail SUB-009 --json'], ['All of payment', '$0 events tail --type "payment.*"']],
  });

  aggregate = Option.String({ name: 'aggregate-id', required: false });
  type = Option.String('--type', { description: 'Only this type; order.* takes all of an area.' });
  kind = Option.String('--kind', { description: 'Only this kind of aggregate: order, subscription, payment.' });
  trace = Option.String('--trace-id', { description: 'Only events of this trace.' });
  last = Option.String('--last', '10', { description: 'Events to begin with.' });

  protected override async run(session: Session): Promise<number> {
    const { followEvents } = await import('./follow.ts');
    return followEvents(session, { aggregate: this.aggregate, type: this.type, kind: this.kind, trace: this.trace }, this.last);
  }
}
