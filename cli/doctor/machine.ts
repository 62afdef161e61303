import project from '../../package.json' with { type: 'json' };
import type { Look } from '../renderers/look.ts';
import { portOwner } from '../run/ports.ts';
import { serviceNames, servicePort } from '#runtime/services';
import { fail, ok, warn, type Finding } from './check.ts';

/** @param version of the running Node, `24.12.0` */
export function nodeCheck(version: string): Finding {
  const wanted = project.engines.node.replace(/^\D+/, '');
  return atLeast(version, wanted) ? ok('node', version) : fail('node', `${version}, at least ${wanted} is needed`, 'make up gets the right one');
}

function atLeast(version: string, wanted: string): boolean {
  const parts = (text: string): number[] => text.split('.').map(Number);
  const [have, need] = [parts(version), parts(wanted)];
  const at = need.findIndex((part, index) => part !== (have[index] ?? 0));
  return at === -1 || (have[at] ?? 0) > (need[at] ?? 0);
}

const comfortable = 80;

export function terminalCheck(look: Look, env: Readonly<Record<string, string | undefined>>): Finding {
  const signs = look.unicode ? 'Unicode' : 'ASCII';
  const text = `${look.width} columns, ${signs}, ${look.color ? 'colour' : 'no colour'}`;
  if (look.width < comfortable) return warn('terminal', `${text}; cards want ${comfortable} columns`, 'make the window wider, or --width 80');
  if (!look.unicode && env['TERM'] !== 'dumb') return warn('terminal', `${text}; the locale is not UTF-8`, 'export LANG=C.UTF-8');
  return ok('terminal', text);
}

/** Whether a start would find its ports free. */
export async function portCheck(portBase: number): Promise<Finding> {
  if (portBase === 0) return ok('ports', 'taken free ones');
  const taken = serviceNames.map((name) => servicePort(name, portBase)).flatMap((port) => {
    const owner = portOwner(port);
    return owner ? [`${port} by process ${owner.pid} (${owner.command})`] : [];
  });
  const range = `${portBase + 1} to ${portBase + serviceNames.length}`;
  if (taken.length === 0) return ok('ports', `${range} are free`);
  return fail('ports', `taken: ${taken.join(', ')}`, 'end what listens there, or set BSS_PORT_BASE=18000');
}
