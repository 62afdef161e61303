/** What a comment cites of the handbook is there: `DOMAIN §5 F4` is a heading of docs/DOMAIN.md, and what is quoted of it stands below. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { projectFolder } from '#runtime/home';

const folders = ['bench', 'cli', 'db', 'events', 'handlers', 'policy', 'runtime', 'specs', 'test', 'tools-gen'];
const citation = /\b(ARCHITECTURE|AGENT-AND-CLI|DOMAIN|SCENARIOS|TMF(?=\.md))(?:\.md)? (?:(§)(\d+)(?: (F\d+))?|(F\d+))(?: "([^"]+)")?/g;

interface Citation {
  readonly at: string;
  readonly page: string;
  readonly section: string;
  readonly flow: string | undefined;
  readonly quoted: string | undefined;
}

/** Lines below a heading, down to the next one of the same rank; null where there is no such heading. */
function below(text: string, heading: RegExp): string | null {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => heading.test(line));
  if (first < 0) return null;
  const rank = /^#+/.exec(lines[first]!)![0];
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => line.startsWith('#') && /^#+/.exec(line)![0].length <= rank.length);
  return [lines[first], ...rest.slice(0, end < 0 ? undefined : end)].join('\n');
}

function citationsOf(path: string, text: string): Citation[] {
  const joined = text.replaceAll(/\n\s*(\*|\/\/|--|#) /g, ' '); // a comment may break anywhere
  return [...joined.matchAll(citation)].map(([, page = '', , section, inSection, alone, quoted]) => (
    { at: path, page, section: section ?? '5', flow: inSection ?? alone, quoted }));
}

/** Why a citation leads nowhere; null where it leads somewhere. */
function fault({ page, section, flow, quoted }: Citation): string | null {
  const text = readFileSync(join(projectFolder, 'docs', `${page}.md`), 'utf8');
  const found = below(text, new RegExp(`^## ${section}\\. `));
  if (found === null) return `docs/${page}.md has no section ${section}`;
  const part = flow === undefined ? found : below(found, new RegExp(`^### ${flow}\\b`));
  if (part === null) return `docs/${page}.md §${section} has no ${flow}`;
  return quoted === undefined || part.toLowerCase().includes(quoted.toLowerCase()) ? null : `docs/${page}.md §${section} says nothing of "${quoted}"`;
}

function files(folder: string): string[] {
  return readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|sql|yaml)$/.test(name) && !name.startsWith('tmf/')).map((name) => join(folder, name));
}

test('every section a comment cites is in the handbook', (t) => {
  const cited = folders.flatMap(files).flatMap((path) => citationsOf(path, readFileSync(join(projectFolder, path), 'utf8')));
  t.true(cited.length > 300, String(cited.length));
  t.deepEqual(cited.flatMap((one) => (fault(one) === null ? [] : [`${one.at}: ${fault(one)}`])), []);
});

test('a citation of what is not there is found', (t) => {
  t.deepEqual(citationsOf('a.ts', '/**\n * (DOMAIN §5\n * F4), TMF.md §2 "POST", DOMAIN F11\n */').map(({ page, section, flow, quoted }) => [page, section, flow, quoted]), [
    ['DOMAIN', '5', 'F4', undefined], ['TMF', '2', undefined, 'POST'], ['DOMAIN', '5', 'F11', undefined],
  ]);
  t.is(fault({ at: '', page: 'DOMAIN', section: '99', flow: undefined, quoted: undefined }), 'docs/DOMAIN.md has no section 99');
  t.regex(fault({ at: '', page: 'DOMAIN', section: '4', flow: undefined, quoted: 'a unicorn' }) ?? '', /says nothing/);
});
