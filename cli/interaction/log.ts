import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

const directions = ['inbound', 'outbound'] as const;

export class InteractionLogCommand extends WriteCommand {
  static override paths = [['interaction', 'log']];

  static override usage = Command.Usage({
    category: 'Interaction',
    description: 'Note a contact with a customer.',
    examples: [['They called', '$0 interaction log CUST-022 "Asked about roaming" --channel phone'], ['We called', '$0 interaction log CUST-022 "Called back" --direction outbound --body "Card is blocked"']],
  });

  customer = Option.String({ name: 'customer-id' });
  summary = Option.String({ name: 'summary' });
  body = Option.String('--body', { description: 'More about it.' });
  channel = Option.String('--channel', 'cli', { description: 'How it was made: phone, email, shop, chat.' });
  direction = Option.String('--direction', 'inbound', { description: 'inbound, as the customer began it, or outbound.' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { isoTime }, { keyed, ok }] = await Promise.all([import('../choice.ts'), import('#runtime/clock'), import('#runtime/client')]);
    const direction = oneOf(this.direction, directions, '--direction');
    // TMF683 wants the address of a party, not its id alone.
    const { href } = await ok(session.clients.TMF629.GET('/customer/{id}', { params: { path: { id: this.customer } } }));
    const body = {
      reason: this.summary, ...(this.body === undefined ? {} : { description: this.body }),
      direction,
      channel: [{ id: this.channel, name: this.channel }],
      interactionDate: { startDateTime: isoTime(await session.businessTime()) },
      relatedParty: [{ id: this.customer, href, role: 'customer', '@referredType': 'Customer' }],
    };
    const noted = session.clients.TMF683.POST('/partyInteraction', { body: body as never, ...session.once }); // TMF.md §4: what the server sets may be absent
    if (session.dryRun) return session.show(noted);
    const { id = '' } = await ok(noted);
    // A posted contact is open (DOMAIN §4); one that is noted is over.
    const over = { body: { status: 'completed' as const }, ...keyed(`${session.once.headers['Idempotency-Key']}:complete`) };
    return session.show(session.clients.TMF683.PATCH('/partyInteraction/{id}', { params: { path: { id } }, ...over }));
  }
}
