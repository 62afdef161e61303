import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { tools } from '#generated/tools';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Tools that join several operations are no row of the registry (AGENT-AND-CLI §2, ∘). */
const composite = new Set(['order.wait_until']);

interface Proposal {
  readonly place: string;
  readonly tool: string;
}

/** Every tool a refusal proposes: literals of `fix`, and what `unknownReference` is given. */
function proposals(text: string, place: string): Proposal[] {
  const literals = [...text.matchAll(/\btool: '([^']+)'/g), ...text.matchAll(/unknownReference\([^;]*?, '([a-z_.]+)'\)/g)];
  return literals.map((match) => ({ place, tool: match[1]! }));
}

function proposed(): Proposal[] {
  return ['policy', 'handlers', 'runtime'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap((entry) => {
        const file = join(entry.parentPath, entry.name);
        return proposals(readFileSync(file, 'utf8'), relative(root, file));
      }));
}

const isKnown = (tool: string): boolean => Object.hasOwn(tools, tool) || composite.has(tool);

test('every tool that a refusal proposes can be called (AGENT-AND-CLI §1, T02)', (t) => {
  const all = proposed();
  t.true(all.length > 50);
  t.deepEqual(all.filter(({ tool }) => !isKnown(tool)), []);
});

test('the check sees a tool that is none, in a rule and in a reference', (t) => {
  const text = "fix: () => [{ hint: 'Ask.', tool: 'case.ask' }]\nthrow unknownReference('agent', id, 'agents.find');";
  t.deepEqual(proposals(text, 'here').filter(({ tool }) => !isKnown(tool)).map(({ tool }) => tool), ['case.ask', 'agents.find']);
});
