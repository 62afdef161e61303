/**
 * Services in a process of their own, to be killed: what `bss serve` hosts, without its command line.
 * `fork(script, names)`: those services, or all; it sends where each listens.
 */
import { clearLeases } from '#db/migrate';
import { serve } from '#handlers/serve';
import { loadConfig } from '#runtime/config';
import { isServiceName, serviceNames } from '#runtime/services';

const config = loadConfig(process.env);
const asked = process.argv.slice(2).filter(isServiceName);
const names = asked.length > 0 ? asked : serviceNames;
if (names === serviceNames) await clearLeases(config.databaseUrl!);
const running = await serve(names, config, { logLevel: 'fatal' });
process.send!(running.services);
process.once('SIGTERM', () => void running.stop().then(() => process.exit()));
