import { Command, Option, UsageError } from 'clipanion';
import { reported } from './report.ts';

export class ServeCommand extends Command {
  static override paths = [['serve']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Host services in this process until it is told to stop.',
    details: `
      Without BSS_DATABASE_URL the embedded PostgreSQL is started, migrated and seeded first. SIGTERM or Ctrl-C stops
      gracefully; a second one ends at once.
    `,
    examples: [['Two services', '$0 serve catalog crm'], ['All of them', '$0 serve --all']],
  });

  all = Option.Boolean('--all', false, { description: 'Every service.' });
  prepare = Option.Boolean('--prepare', false, { description: 'Migrate and seed an external database first.' });
  supervised = Option.Boolean('--supervised', false, { hidden: true });
  names = Option.Rest({ name: 'service' });

  override async execute(): Promise<number> {
    const { isServiceName, serviceNames } = await import('#runtime/services');
    const unknown = this.names.find((name) => !isServiceName(name));
    if (unknown !== undefined) throw new UsageError(`There is no service "${unknown}"; there are ${serviceNames.join(', ')}.`);
    if (this.all === this.names.length > 0) throw new UsageError('Name services, or say --all.');
    const services = this.all ? serviceNames : [...new Set(this.names.filter(isServiceName))];
    return reported(this.context, false, async () => {
      const { host } = await import('./hosting.ts');
      return host({ services, supervised: this.supervised, prepare: this.prepare });
    });
  }
}
