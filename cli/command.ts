import { Command, Option } from 'clipanion';
import type { Session } from './session.ts';

/**
 * Base of every command that speaks to the services. The class of a command holds its options and a
 * short `run`; clients, renderers and configuration are read only once it runs, so that help and
 * completion stay fast (AGENT-AND-CLI §7).
 */
export abstract class BssCommand extends Command {
  json = Option.Boolean('--json', false, { description: 'Print JSON, one object a line for lists; errors as JSON on stderr.' });
  plain = Option.Boolean('--plain', false, { description: 'Print tab-separated values.' });
  quiet = Option.Boolean('--quiet,-q', false, { description: 'Print ids only.' });
  yes = Option.Boolean('--yes,-y', false, { description: 'Do not ask before money moves or something is ended.' });
  noInput = Option.Boolean('--no-input', false, { description: 'Never ask; what needs a yes and has none is refused.' });
  timeout = Option.String('--timeout', { description: 'How long to wait for the answer: 500ms, 30s, 2m.' });
  fields = Option.String('--fields', { description: 'Only these members, separated by commas; dotted paths reach inside.' });
  color = Option.Boolean('--color', { description: 'Colour, or none with --no-color; by default when stdout is a terminal.' });
  ascii = Option.Boolean('--ascii', false, { description: 'Draw with ASCII signs only.' });
  width = Option.String('--width', { description: 'Columns to draw for.' });

  override async execute(): Promise<number> {
    const { runInSession } = await import('./session.ts');
    return runInSession(this, (session) => this.run(session));
  }

  /** @returns the exit code */
  protected abstract run(session: Session): Promise<number>;
}

/** A command that changes something. */
export abstract class WriteCommand extends BssCommand {
  dryRun = Option.Boolean('--dry-run', false, { description: 'Only ask the policies: nothing is written, charged or sent.' });
  idempotencyKey = Option.String('--idempotency-key', { description: 'Name this call: a repeat within 24 hours gets the first answer.' });
}

/** A command that lists rows. */
export abstract class ListCommand extends BssCommand {
  limit = Option.String('--limit', { description: 'Rows to show, 100 unless said.' });
  offset = Option.String('--offset', { description: 'Rows to leave out at the start.' });
  all = Option.Boolean('--all', false, { description: 'Every row, page by page.' });
}
