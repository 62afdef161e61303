/** Where a notification may be sent: the guard against requests forged by callbacks (OWASP API7, SSRF). */
import { lookup as resolve } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

type Network = readonly [address: string, prefix: number];

/** Networks that are no part of the public internet (RFC 6890 and successors), and those that carry IPv4 inside IPv6. */
const closed4: readonly Network[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24],
  ['224.0.0.0', 4], ['240.0.0.0', 4],
];
const closed6: readonly Network[] = [
  ['::', 96], ['::ffff:0:0', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16],
  ['3fff::', 20], ['5f00::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
];

function listOf(networks: readonly Network[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** Apart, since a list takes an IPv4 address for one of `::ffff:0:0/96`. */
const closed = { ipv4: listOf(closed4, 'ipv4'), ipv6: listOf(closed6, 'ipv6') } as const;

/** Whether an IP address belongs to the public internet. */
export function isPublic(address: string): boolean {
  const [plain = ''] = address.split('%');
  const version = isIP(plain);
  if (version === 0) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  return !closed[family].check(plain, family);
}

/** A callback that may be called, at this very address: what the name resolves to later does not count. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

/** Why a callback may not be called. */
export interface Forbidden {
  readonly host: string;
  readonly why: string;
}

export const isForbidden = (found: Target | Forbidden): found is Forbidden => 'why' in found;

const lookupMsMax = 5_000;

/**
 * Looks a callback's host up. One of the allowed hosts may be any address and use plain http;
 * any other must use https and have public addresses only.
 */
export async function targetOf(callback: string, allowHosts: readonly string[]): Promise<Target | Forbidden> {
  if (!URL.canParse(callback)) return { host: '', why: 'it is no absolute URL' };
  const url = new URL(callback);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const allowed = allowHosts.includes(host);
  const why = flaw(url, allowed);
  if (why !== null) return { host, why };
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await addressesOf(host);
  const [first] = addresses;
  if (!first) return { host, why: 'its host has no address' };
  if (!allowed && !addresses.every(({ address }) => isPublic(address))) return { host, why: 'its host is not public' };
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
}

function flaw(url: URL, allowed: boolean): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `its scheme is ${url.protocol.slice(0, -1)}`;
  if (url.protocol === 'http:' && !allowed) return 'it is not https';
  if (url.username !== '' || url.password !== '') return 'it carries credentials';
  return null;
}

/** None where the name cannot be resolved in time. */
async function addressesOf(host: string): Promise<{ address: string; family: number }[]> {
  const late = new Promise<never[]>((done) => { setTimeout(() => done([]), lookupMsMax).unref(); });
  return Promise.race([resolve(host, { all: true }).catch(() => []), late]);
}
