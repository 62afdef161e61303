import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import { projectFolder } from '#runtime/home';

const folder = join(projectFolder, 'cli');

/** Files and packages a module reads as soon as it is read itself; types are gone by then. */
function staticImports(file: string): string[] {
  const source = readFileSync(join(folder, file), 'utf8');
  const named = source.matchAll(/^(?:import|export) (?!type )[^'();]*? ?from '([^']+)'/gm);
  return [...named].map(([, name = '']) => (name.startsWith('.') ? relative(folder, join(folder, dirname(file), name)) : name));
}

/** Everything a module reads, files of other files too. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  for (const name of staticImports(file)) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (name.endsWith('.ts')) closure(name, seen);
  }
  return seen;
}

test('the overview is made without reading the code of any command (AGENT-AND-CLI §12.5)', (t) => {
  t.deepEqual([...closure('main.ts')].toSorted(), ['clipanion', 'command-words.ts', 'commands.ts', 'nearest.ts']);
  t.deepEqual([...closure('help.ts')].toSorted(), ['../package.json', 'commands.ts', 'version.ts']);
});

const loaded = [...readFileSync(join(folder, 'commands.ts'), 'utf8').matchAll(/import\('\.\/([^']+)'\)/g)].map(([, file = '']) => file);
for (const file of loaded.filter((name) => !name.startsWith('run/'))) {
  test(`${file}: its options are known before clients, renderers or configuration are read`, (t) => {
    t.deepEqual([...closure(file)].toSorted(), ['clipanion', 'command.ts']);
  });
}
