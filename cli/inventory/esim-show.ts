import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class InventoryEsimShowCommand extends BssCommand {
  static override paths = [['inventory', 'esim-show']];

  static override usage = Command.Usage({
    category: 'Inventory',
    description: 'Show an eSIM profile with its activation code.',
    details: 'A profile that no order holds, or that was deleted, has no code.',
  });

  iccid = Option.String({ name: 'iccid' });

  protected override async run(session: Session): Promise<number> {
    const { profileWithCode } = await import('./esim-profile.ts');
    await session.output.show(await profileWithCode(session, this.iccid));
    return 0;
  }
}
