import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';

const heap = new URL('../../runtime/heap.ts', import.meta.url);

/** V8 grumbles about a flag it does not know, and goes on. */
function grumbling(line: string): string {
  return spawnSync(process.execPath, ['--input-type=module', '--eval', line], { encoding: 'utf8' }).stderr;
}

test('V8 knows the flag that keeps answers young, and whatever hosts services sets it', (t) => {
  t.regex(grumbling("import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--no-such-flag');"), /unrecognized flag/);
  t.is(grumbling(`import { keepAnswersYoung } from ${JSON.stringify(heap.href)}; keepAnswersYoung();`), '');
  t.regex(readFileSync(new URL('../../handlers/serve.ts', import.meta.url), 'utf8'), /^ {2}keepAnswersYoung\(\);$/m);
});
