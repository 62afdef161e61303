import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionMigratePriceCommand extends WriteCommand {
  static override paths = [['subscription', 'migrate-price']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'Move every line of a plan to another price of that plan, after notice.',
    details: 'Each customer is told; the price holds from the first boundary after the notice. Lines whose customer has chosen another plan are left out and listed.',
    examples: [['With the notice the operator gives', '$0 subscription migrate-price PLAN_M PRICE_PLAN_M_2027'], ['Not before a day', '$0 subscription migrate-price PLAN_M PRICE_PLAN_M_2027 --from 2027-03-01']],
  });

  offering = Option.String({ name: 'plan' });
  price = Option.String({ name: 'price-id' });
  from = Option.String('--from', { description: 'Not before this moment, as ISO 8601.' });
  noticeDays = Option.String('--notice-days', { description: 'Days of notice, when more than the operator gives.' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { wholeNumber }, { momentOf }] = await Promise.all([import('../confirm.ts'), import('../duration.ts'), import('../moment.ts')]);
    const body = {
      offeringId: this.offering, priceId: this.price,
      ...(this.from === undefined ? {} : { effectiveFrom: momentOf(this.from, '--from') }),
      ...(this.noticeDays === undefined ? {} : { noticeDays: wholeNumber(this.noticeDays, '--notice-days', 0, 730) }),
    };
    await confirm(session, () => Promise.resolve(`Tell every customer on ${this.offering} that the price becomes ${this.price}?`));
    return session.show(session.clients.subscription.POST('/priceMigration', { body, ...session.once }));
  }
}
