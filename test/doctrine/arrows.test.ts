import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

/** Dependencies point down only (ARCHITECTURE §1); each arrow is shown once to catch a violation. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = ['cli', 'db', 'events', 'generated', 'handlers', 'policy', 'runtime', 'tools-gen'];

async function violations(baseDir: string, of: string[]): Promise<string[]> {
  const { default: configuration } = (await import(join(root, '.dependency-cruiser.js'))) as { default: { forbidden: object[]; options: object } };
  const result = await cruise(of, { ...configuration.options, baseDir, validate: true, ruleSet: { forbidden: configuration.forbidden } } as never, // the rules are plain data; their type is only in the tool's config helper
    { extensions: ['.ts', '.js', '.d.ts'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] } as never);
  return (result.output as ICruiseResult).summary.violations.map((one) => `${one.rule.name}: ${one.from} -> ${one.to}`);
}

test.serial('every dependency of the tree points down', async (t) => {
  t.deepEqual(await violations(root, folders), []);
});

const planted: readonly [file: string, source: string, target: string, rule: string][] = [
  ['policy/order.ts', "import '#handlers/com/store';", 'handlers/com/store.ts', 'policy-knows-basics-only'],
  ['policy/order.ts', "import type { A } from '#db/database'; export type B = A;", 'db/database.ts', 'policy-knows-basics-only'],
  ['runtime/clock.ts', "import '#db/database';", 'db/database.ts', 'runtime-stays-below'],
  ['db/database.ts', "import '#policy/order';", 'policy/order.ts', 'db-stays-below'],
  ['events/relay.ts', "import '#handlers/com/store';", 'handlers/com/store.ts', 'events-stay-below'],
  ['handlers/com/saga.ts', "import '#handlers/som/store';", 'handlers/som/store.ts', 'no-service-imports-another'],
  ['handlers/com/saga.ts', "import '../som/store.ts';", 'handlers/som/store.ts', 'no-service-imports-another'],
  ['handlers/com/saga.ts', "import '#cli/main';", 'cli/main.ts', 'handlers-reach-down'],
  ['cli/order.ts', "import '#handlers/com/store';", 'handlers/com/store.ts', 'clients-know-clients'],
  ['cli/order.ts', "import '#policy/order';", 'policy/order.ts', 'clients-know-clients'],
  ['handlers/com/mint.ts', "import { mint } from '#policy/permit'; mint;", 'policy/permit.ts', 'one-mint'],
  ['tools-gen/main.ts', "import '#db/database';", 'db/database.ts', 'generators-stand-alone'],
];

for (const [file, source, target, rule] of planted) {
  test.serial(`${rule} catches ${file}: ${source}`, async (t) => {
    const base = mkdtempSync(join(tmpdir(), 'bss-arrows-'));
    try {
      copyFileSync(join(root, 'package.json'), join(base, 'package.json'));
      copyFileSync(join(root, 'tsconfig.json'), join(base, 'tsconfig.json'));
      symlinkSync(join(root, 'node_modules'), join(base, 'node_modules'));
      for (const [path, text] of [[target, 'export type A = 1; export const mint = 1;'], [file, source]] as const) {
        mkdirSync(dirname(join(base, path)), { recursive: true });
        writeFileSync(join(base, path), text);
      }
      const found = await violations(base, [file.split('/')[0]!]);
      t.true(found.some((one) => one.startsWith(`${rule}: ${file}`)), found.join('\n') || 'nothing was found');
    } finally {
      rmSync(base, { recursive: true });
    }
  });
}
