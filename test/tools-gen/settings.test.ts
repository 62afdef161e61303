import test from 'ava';
import { borrowed, configuration, families, settingGroups } from '#runtime/configuration';
import { projectFolder } from '#runtime/home';
import type { Setting } from '#runtime/setting';
import { settingsFile } from '#tools-gen/settings';
import { settingsInUse } from '#tools-gen/settings-in-use';
import { sample } from './sample.ts';

const all = Object.values<Setting<unknown>>(configuration);
const inUse = await settingsInUse(projectFolder);
const page = settingsFile({ ...sample(), settingsInUse: inUse }).body;

/** Cells of the row that begins with a name. */
const rowOf = (name: string): string[] => page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))?.split(/(?<!\\) \| |^\| | \|$/).slice(1, -1) ?? [];

test('every setting stands on the page once, in one group, with default, legal values and a meaning', (t) => {
  t.deepEqual(settingGroups.flatMap(({ settings }) => Object.keys(settings)).sort(), Object.keys(configuration).sort());
  for (const { name, type } of all) {
    const [, fallback = '', legal, , meaning = ''] = rowOf(name);
    t.is(page.split(`| \`${name}\` |`).length, 2, name);
    t.is(legal, type);
    t.regex(fallback, /^(must be set|none|empty|`.*)/, name);
    t.regex(meaning, /^(\*Secret\.\* )?(eSIM|[A-Z]).*[.*]$/, name);
  }
  for (const { name } of [...Object.values(families), ...borrowed]) t.is(rowOf(name).length, 3, name);
});

test('a number has a unit, a secret is marked, what the mode decides is said', (t) => {
  for (const { name, type, unit } of all) t.is(unit === null, !type.startsWith('whole number'), name);
  t.deepEqual(rowOf('BSS_TAX_RATE_BP').slice(1, 4), ['`900`', 'whole number 0 to 10000', 'basis points']);
  for (const { name, secret } of all) t.is(rowOf(name)[4]?.startsWith('*Secret.*'), secret, name);
  t.is(rowOf('BSS_ALLOW_ADMIN')[1], '`false`; `true` in development');
  t.is(rowOf('BSS_API_TOKEN')[1], 'must be set');
});

test('a setting that no code asks for is told as such', (t) => {
  t.true(inUse.has('taxRateBp'));
  t.false(inUse.has('agentAutonomy'), 'the assistant is still to come');
  t.regex(rowOf('BSS_AGENT_AUTONOMY')[4] ?? '', /Nothing asks for it yet/);
  t.notRegex(rowOf('BSS_TAX_RATE_BP')[4] ?? '', /yet/);
});
