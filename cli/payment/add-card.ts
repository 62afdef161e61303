import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class PaymentAddCardCommand extends WriteCommand {
  static override paths = [['payment', 'add-card']];

  static override usage = Command.Usage({
    category: 'Payment',
    description: 'Put a card on file.',
    details: `
      The number becomes a token inside this process and is never sent or logged. Only rehearsal cards and tokens are
      taken: 4242424242424242 approves, 4000000000000002 is declined, 4000000000009995 for insufficient funds, 4000000000000341 declines the capture,
      4000000000000119 times out twice. With - the number is read from stdin, out of the shell's history.
    `,
    examples: [['A card that pays', '$0 payment add-card CUST-001 4242424242424242'], ['A token from a till', '$0 payment add-card CUST-001 tok_visa_4242_0123456789abcdef']],
  });

  customer = Option.String({ name: 'customer-id' });
  card = Option.String({ name: 'card-or-token', required: false });
  makeDefault = Option.Boolean('--make-default', false, { description: 'Charge this card from now on.' });

  protected override async run(session: Session): Promise<number> {
    const { addCard } = await import('./card-on-file.ts');
    return addCard(session, this.customer, this.card ?? '-', this.makeDefault);
  }
}
