import { createServer } from 'node:net';
import { randomBelow } from '#runtime/ids';
import { serviceNames, servicePort } from '#runtime/services';

/** A base with all its service ports free, below the ports that the system gives away by itself. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = 10_000 + 20 * randomBelow(1000);
    const free = await Promise.all(serviceNames.map((name) => isFree(servicePort(name, base))));
    if (free.every(Boolean)) return base;
  }
}

const isFree = (port: number): Promise<boolean> => new Promise((resolve) => {
  const probe = createServer().once('error', () => resolve(false));
  probe.listen(port, () => probe.close(() => resolve(true)));
});
