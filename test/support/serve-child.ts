/** All services in a process of their own, to be killed: what `bss up` hosts, without its command line. */
import { clearLeases } from '#db/migrate';
import { serve } from '#handlers/serve';
import { loadConfig } from '#runtime/config';
import { serviceNames } from '#runtime/services';

const config = loadConfig(process.env);
await clearLeases(config.databaseUrl!);
const running = await serve(serviceNames, config, { logLevel: 'fatal' });
process.send!(running.services);
process.once('SIGTERM', () => void running.stop().then(() => process.exit()));
