import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { type BaseContext } from 'clipanion';
import { ConfigError, loadConfig, readSetting } from '#runtime/config';
import { homeOf, localEnvironment, type Home } from '#runtime/home';
import { lookOf, seconds, stackCard, type Extras } from './card.ts';
import { type Phase } from './server-state.ts';
import { inspect } from './stack.ts';
import { bringUp, type BroughtUp } from './supervisor.ts';

const phaseNames: Readonly<Partial<Record<Phase, string>>> = {
  database: 'database', migrations: 'migrations', seed: 'seed', services: 'services',
};

const nextThings: Extras['next'] = [
  ['make demo', "a customer's line goes live, is used up, comes back"],
  ['./bss --help', 'every command; bss status and bss logs among them'],
  ['make down', 'stop it all; the data stays'],
];

/** `bss up`: progress on stderr while it lasts, then the card. */
export async function showUp(context: BaseContext, json: boolean): Promise<number> {
  const home = homeOf(process.env);
  const up = await bringUp(home, (phase) => {
    const name = phaseNames[phase];
    if (name && !json) context.stderr.write(`  ${name} ...\n`);
  });
  if (json) context.stdout.write(`${JSON.stringify({ ...up.stack, started: up.started, ms: up.ms, phases: up.phases })}\n`);
  else context.stdout.write(stackCard(title(), up.stack, { note: noteOf(up), timings: timingsOf(up), places: placesOf(up, home), next: nextThings }, lookOf(process.stdout, process.env)));
  return 0;
}

/** `bss status`: the same card without starting anything, and the setting that keeps every other command from working. */
export async function showStatus(context: BaseContext, json: boolean): Promise<number> {
  const home = homeOf(process.env);
  const stack = await inspect(home);
  const setting = badSetting(home);
  if (json) context.stdout.write(`${JSON.stringify({ ...stack, setting })}\n`);
  else context.stdout.write(stackCard(title(), stack, { note: stack.state, timings: [], places: [], next: [] }, lookOf(process.stdout, process.env)));
  if (setting !== null) context.stderr.write(`bss: ${setting}\n`);
  if (stack.state !== 'healthy') return 7;
  return setting === null ? 0 : 2;
}

/** What is wrong with the settings of this shell; null where all is well, or nothing was ever started. */
function badSetting(home: Home): string | null {
  if (!existsSync(home.secrets)) return null;
  try {
    loadConfig(localEnvironment(process.env, home));
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const title = (): string => readSetting('operatorName', process.env);

const noteOf = (up: BroughtUp): string => (up.started ? `up in ${seconds(up.ms)}` : `already up, checked in ${seconds(up.ms)}`);

/** The pages of the first service, and the file of the tokens from here. */
const placesOf = ({ stack }: BroughtUp, home: Home): Extras['places'] =>
  [['pages', `${stack.services[0]?.address ?? ''}/docs`], ['tokens', relative(process.cwd(), home.secrets)]];

const timingsOf = (up: BroughtUp): Extras['timings'] =>
  Object.entries(phaseNames).flatMap(([phase, name]) => {
    const ms = up.phases[phase as Phase]; // the keys of phaseNames are phases
    return ms === undefined ? [] : [[name, ms] as const];
  });
