import { embeddedStatus } from '#db/embedded';
import { loadConfig, type Config } from '#runtime/config';
import { homeOf, localEnvironment, type Home } from '#runtime/home';
import { readSecrets } from '#runtime/secrets';
import { SetupError } from '#runtime/setup-error';
import type { Output } from '../output.ts';
import { card, lineWidth } from '../renderers/card.ts';
import { stateText, type Look } from '../renderers/look.ts';
import { clean, padEnd, wrap } from '../renderers/text.ts';
import { runningServer } from '../run/server-state.ts';
import { Session, type Asked } from '../session.ts';
import { guarded, ok, fail, warn, type Finding } from './check.ts';
import { databaseChecks } from './database.ts';
import { nodeCheck, portCheck, terminalCheck } from './machine.ts';
import { specCheck } from './specs.ts';
import { clockCheck, parkedCheck, serviceChecks } from './stack.ts';

/** `bss doctor`. @returns the exit code: 1 when a check failed */
export async function examine(asked: Asked, output: Output): Promise<number> {
  const findings = await allFindings(asked, output);
  if (output.scripted) output.rows(findings, 'DoctorCheck');
  else output.raw(renderCheckup(findings, output.look));
  return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
}

async function allFindings(asked: Asked, output: Output): Promise<Finding[]> {
  const home = homeOf(asked.context.env);
  const first = [nodeCheck(process.versions.node), terminalCheck(output.look, asked.context.env)];
  const secrets = secretsCheck(home);
  const specs = guarded('specs', specCheck);
  const config = secrets.verdict === 'fail' ? undefined : configOf(asked.context.env, home);
  if (!config) return [...first, secrets, ...(await specs)];
  if ('verdict' in config) return [...first, secrets, config, ...(await specs)];
  const stack = await runningChecks(asked, output, home, config);
  return [...first, secrets, ...(await specs), ...stack];
}

/** The configuration, or what is wrong with it. */
function configOf(env: Asked['context']['env'], home: Home): Config | Finding {
  try {
    return loadConfig(localEnvironment(env, home));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return fail('configuration', error.message, 'change the setting; docs/reference/settings.md lists them all');
  }
}

/** Secrets are made by the first `make up`; the doctor makes nothing. */
function secretsCheck({ secrets }: Home): Finding {
  try {
    return readSecrets(secrets) ? ok('secrets', 'readable by their owner only') : fail('secrets', 'nothing was ever started here', 'make up');
  } catch (error) {
    return fail('secrets', error instanceof Error ? error.message : String(error), `chmod 600 ${secrets}`);
  }
}

async function runningChecks(asked: Asked, output: Output, home: Home, config: Config): Promise<Finding[]> {
  const running = runningServer(home);
  if (!running) return [...(await guarded('ports', () => portCheck(config.portBase))), fail('services', 'none runs', 'make up'), ...(await databaseFindings(home, config))];
  const services = await guarded('services', () => serviceChecks(running.services));
  const session = new Session(asked, output);
  const answering = services.every(({ verdict }) => verdict === 'ok');
  const asking = answering
    ? [...(await guarded('clock', () => clockCheck(session))), ...(await guarded('parked', () => parkedCheck(session)))]
    : [warn('clock', 'not checked while a service is down'), warn('parked', 'not checked while a service is down')];
  return [...services, ...(await databaseFindings(home, config)), ...asking];
}

function databaseFindings(home: Home, config: Config): Promise<Finding[]> {
  const url = config.databaseUrl ?? embeddedStatus(home.database).adminUrl;
  if (url === undefined) return Promise.resolve([fail('database', 'the embedded PostgreSQL does not run', 'make up')]);
  return guarded('database', () => databaseChecks(url, config));
}

/** Sentences are not squeezed further than this, however narrow the terminal is. */
const roomMin = 30;

/** One line per check, the way out below what is not well. */
export function renderCheckup(findings: readonly Finding[], look: Look): string {
  const count = (wanted: Finding['verdict']): string => `${findings.filter(({ verdict }) => verdict === wanted).length} ${wanted}`;
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 8);
  const room = Math.max(roomMin, lineWidth(look) - indent.length);
  const lines = findings.flatMap(({ name, verdict, finding, fix }) => {
    const [first = '', ...more] = wrap(clean(finding), room);
    return [
      `${stateText(verdict, look, padEnd(verdict, 4))}  ${padEnd(name, width)}  ${first}`,
      ...[...more, ...(fix === '' ? [] : wrap(`fix: ${clean(fix)}`, room))].map((line) => indent + line),
    ];
  });
  return card({ title: 'Doctor', marks: [count('ok'), count('warn'), count('fail')], lines }, look);
}
