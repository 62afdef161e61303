import { createServer } from 'node:net';

/** Tried first: far from 5432, which a server of the system may own. */
const preferredPort = 54_329;
const triesMax = 50;

/** Ports to try in order, the remembered one first; 0 lets the operating system choose. */
export async function* portCandidates(wanted: number | undefined, remembered: number): AsyncGenerator<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    if (wanted === 0) {
      const port = await openPort(0);
      if (port !== undefined) yield port;
      continue;
    }
    const candidate = tries === 0 && remembered > 0 ? remembered : (wanted ?? preferredPort) + tries;
    const port = await openPort(candidate);
    if (port !== undefined) yield port;
  }
}

/** The port when 127.0.0.1 can listen on it now, else undefined. */
function openPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
