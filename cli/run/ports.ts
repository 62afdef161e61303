import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { commandLine } from '#runtime/process';
import { servicePort, type ServiceName } from '#runtime/services';
import { SetupError } from '#runtime/setup-error';

/**
 * Checks that every service finds its port free.
 * @throws SetupError (exit 7) naming the port, who has it where the system tells, and the way out
 */
export async function requireFreePorts(services: readonly ServiceName[], portBase: number): Promise<void> {
  if (portBase === 0) return;
  const ports = services.map((name) => ({ name, port: servicePort(name, portBase) }));
  const free = await Promise.all(ports.map(({ port }) => isFree(port)));
  const taken = ports.find((_, index) => !free[index]);
  if (!taken) return;
  const owner = portOwner(taken.port);
  const who = owner ? `process ${owner.pid} (${owner.command})` : 'another process';
  throw new SetupError(`Port ${taken.port}, which ${taken.name} needs, is taken by ${who}; end it, or set BSS_PORT_BASE to use other ports, such as BSS_PORT_BASE=18000.`, 7);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a TCP port; undefined where there is no /proc or the process is another user's. */
export function portOwner(port: number): { pid: number; command: string } | undefined {
  try {
    const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(table, port)));
    const pid = readdirSync('/proc').map(Number).find((one) => one > 0 && holdsSocket(one, sockets));
    return pid === undefined ? undefined : { pid, command: commandLine(pid).join(' ').replace(/\s+/g, ' ').slice(0, 80) };
  } catch {
    return undefined; // no /proc: the sentence says "another process"
  }
}

/** Columns of proc_net_tcp(5): sl, local address:port in hexadecimal, remote, state (0A listens), …, inode. */
function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync(table, 'utf8').split('\n').map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === '0A').map((row) => `socket:[${row[9]}]`);
}

function holdsSocket(pid: number, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false; // closed while we looked
      }
    });
  } catch {
    return false; // gone, or another user's
  }
}
