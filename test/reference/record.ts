/**
 * npm run examples: plays the requests of the reference to a stack of its own and writes
 * docs/reference/examples/; `npm run gen` then puts them on the pages.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { projectFolder } from '#runtime/home';
import { recordingsFolder, rulesFile } from '#tools-gen/recordings';
import { startStack } from '../support/stack.ts';
import { catalogue } from './catalogue.ts';
import { Player } from './player.ts';
import { play, playground } from './scenario.ts';

const endings: (() => unknown)[] = [];
// A stack of a test wants nothing of it but to be told when it ends.
const player = await Player.on(await startStack({ teardown: (end: () => unknown) => endings.push(end) } as unknown as ExecutionContext, playground));
try {
  await play(player);
  const folder = join(projectFolder, recordingsFolder);
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> => writeFile(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
  for (const [api, examples] of player.examples) await write(`${api}.json`, examples);
  await write(rulesFile, catalogue());
  const count = [...player.examples.values()].reduce((sum, examples) => sum + examples.length, 0);
  console.log(`${count} examples of ${player.examples.size} APIs and ${catalogue().length} rules in ${recordingsFolder}; npm run gen puts them on the pages`);
} finally {
  for (const end of endings.reverse()) await end();
}
process.exit();
