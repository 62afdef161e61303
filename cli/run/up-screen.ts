import { type BaseContext } from 'clipanion';
import { readSetting } from '#runtime/config';
import { homeOf } from '#runtime/home';
import { lookOf, seconds, stackCard, type Extras } from './card.ts';
import { type Phase } from './server-state.ts';
import { inspect } from './stack.ts';
import { bringUp, type BroughtUp } from './supervisor.ts';

const phaseNames: Readonly<Partial<Record<Phase, string>>> = {
  database: 'database', migrations: 'migrations', seed: 'seed', services: 'services',
};

const nextThings: Extras['next'] = [
  ['./bss status', 'how everything is'],
  ['./bss logs -f', 'what everything does'],
  ['make down', 'stop it all; the data stays'],
];

/** `bss up`: progress on stderr while it lasts, then the card. */
export async function showUp(context: BaseContext, json: boolean): Promise<number> {
  const home = homeOf(process.env);
  const up = await bringUp(home, (phase) => {
    const name = phaseNames[phase];
    if (name && !json) context.stderr.write(`  ${name} …\n`);
  });
  if (json) context.stdout.write(`${JSON.stringify({ ...up.stack, started: up.started, ms: up.ms, phases: up.phases })}\n`);
  else context.stdout.write(stackCard(title(), up.stack, { note: noteOf(up), timings: timingsOf(up), next: nextThings }, lookOf(process.stdout, process.env)));
  return 0;
}

/** `bss status`: the same card without starting anything. */
export async function showStatus(context: BaseContext, json: boolean): Promise<number> {
  const stack = await inspect(homeOf(process.env));
  if (json) context.stdout.write(`${JSON.stringify(stack)}\n`);
  else context.stdout.write(stackCard(title(), stack, { note: stack.state, timings: [], next: [] }, lookOf(process.stdout, process.env)));
  return stack.state === 'healthy' ? 0 : 7;
}

const title = (): string => readSetting('operatorName', process.env);

const noteOf = (up: BroughtUp): string => (up.started ? `up in ${seconds(up.ms)}` : `already up, checked in ${seconds(up.ms)}`);

const timingsOf = (up: BroughtUp): Extras['timings'] =>
  Object.entries(phaseNames).flatMap(([phase, name]) => {
    const ms = up.phases[phase as Phase]; // the keys of phaseNames are phases
    return ms === undefined ? [] : [[name, ms] as const];
  });
