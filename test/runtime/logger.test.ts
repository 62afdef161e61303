import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import test from 'ava';
import { projectFolder } from '#runtime/home';

/** A device of Linux on which every write finds the disk full. */
const fullDisk = '/dev/full';

const script = `
  import { loggerOf } from '#runtime/logger';
  import { sleep } from '#runtime/clock';
  const logs = ['com', 'som'].map((name) => loggerOf(name));
  for (let i = 0; i < 100; i += 1) for (const log of logs) log.info({ line: 'x'.repeat(20_000) }, 'a line');
  await sleep(200);
  process.stderr.write('alive');
  process.kill(process.pid, 'SIGKILL'); // as it stands: leaving would try to write once more
`;

(existsSync(fullDisk) ? test : test.skip)('a log that cannot be written ends nobody', async (t) => {
  const disk = openSync(fullDisk, 'w');
  t.teardown(() => { closeSync(disk); });
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: projectFolder, stdio: ['ignore', disk, 'pipe'] });
  let said = '';
  child.stderr!.on('data', (text: Buffer) => { said += text.toString(); });
  await new Promise((resolve) => child.once('close', resolve));
  t.is(said, 'alive');
});
