import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseOpenCommand extends WriteCommand {
  static override paths = [['case', 'open']];

  static override usage = Command.Usage({
    category: 'Case',
    description: 'Open a case for a customer.',
    details: 'Category and priority set its deadline.',
    examples: [['A charge is disputed', '$0 case open CUST-022 "Charged twice" --category billing_dispute --priority high']],
  });

  customer = Option.String({ name: 'customer-id' });
  subject = Option.String({ name: 'subject' });
  category = Option.String('--category', 'other', {
    description: 'service_outage, billing_dispute, configuration, fraud, identity_recovery, regulator_complaint, bereavement or other.',
  });
  priority = Option.String('--priority', { description: 'low, normal, high or urgent.' });
  description = Option.String('--description', { description: 'What happened.' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { priorities }] = await Promise.all([import('../choice.ts'), import('./choices.ts')]);
    const body = {
      customerId: this.customer, subject: this.subject, category: this.category,
      ...(this.priority === undefined ? {} : { priority: oneOf(this.priority, priorities, '--priority') }),
      ...(this.description === undefined ? {} : { description: this.description }),
    };
    return session.show(session.clients.case.POST('/case', { body, ...session.once }));
  }
}
