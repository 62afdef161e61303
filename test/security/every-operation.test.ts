import test from 'ava';
import { operations } from '#generated/operations';
import { roles, type Role } from '#runtime/context';
import { sha256 } from '#runtime/ids';
import type { Operation } from '#runtime/operation';
import { serviceNames, type ServiceName } from '#runtime/services';
import { startStack, type Stack } from '../support/stack.ts';

/** OWASP API Top 10 (2023) API2, broken authentication, and API5, broken function level authorization. */
const identityOf: Readonly<Record<Role, string>> = {
  admin: 'cli', customer: 'portal_self_serve', csr: 'portal_csr', system: 'com', supervisor: 'night_shift', engineer: 'network_desk',
};
const env = {
  BSS_NIGHT_SHIFT_API_TOKEN: sha256('a supervisor of the test'), BSS_NIGHT_SHIFT_API_ROLE: 'supervisor',
  BSS_NETWORK_DESK_API_TOKEN: sha256('an engineer of the test'), BSS_NETWORK_DESK_API_ROLE: 'engineer',
};

interface Door {
  readonly service: ServiceName;
  readonly row: Operation;
  readonly path: string;
}

/** Every operation on every port that answers it, aliases too. */
const doors: readonly Door[] = Object.values<Operation>(operations).flatMap((row) =>
  (row.service === '*' ? serviceNames : [row.service]).flatMap((service) =>
    [row.path, ...row.aliases].map((path) => ({ service, row, path: path.replace(/\{\w+\}/g, 'X-001') }))));

async function knock(stack: Stack, { service, row, path }: Door, headers: Record<string, string>, identity?: string): Promise<{ status: number; reason: string }> {
  const init = { method: row.method, headers: { 'Content-Type': row.mediaTypes[0] ?? 'application/json', ...headers }, ...(row.method === 'GET' ? {} : { body: '{}' }) };
  const response = await stack.fetch(service, path, init, identity);
  const text = await response.text();
  return { status: response.status, reason: text.startsWith('{') ? String((JSON.parse(text) as { reason?: string }).reason) : '' };
}

/** A few at a time: the machine is not what is tested. */
async function forAll<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let one = left.pop(); one; one = left.pop()) await work(one);
  }));
}

test('no operation of any service opens without a token, with a wrong one or for a role that lacks the right', async (t) => {
  const stack = await startStack(t, { env });
  t.true(doors.length > 200, `${doors.length} doors`);
  const open: string[] = [];
  let knocks = 0;
  const expect = async (door: Door, headers: Record<string, string>, identity: string | undefined, status: number, reason: string): Promise<void> => {
    knocks += 1;
    const found = await knock(stack, door, headers, identity);
    if (found.status !== status || found.reason !== reason) open.push(`${door.row.method} ${door.path} as ${identity ?? JSON.stringify(headers)}: ${found.status} ${found.reason}`);
  };
  await forAll(doors, async (door) => {
    await expect(door, { 'X-BSS-API-Token': '' }, undefined, 401, 'auth.token.missing');
    await expect(door, { 'X-BSS-API-Token': sha256('nobody') }, undefined, 401, 'auth.token.invalid');
  });
  t.deepEqual(open, []);
  t.deepEqual(await stack.events(), [], 'strangers fill no ledger');

  const lacking = doors.flatMap((door) => roles.filter((role) => !door.row.roles.includes(role)).map((role) => ({ door, role })));
  t.true(lacking.length > 200, `${lacking.length} refusals`);
  await forAll(lacking, ({ door, role }) => expect(door, {}, identityOf[role], 403, 'auth.role.insufficient'));
  t.deepEqual(open, []);
  t.is(knocks, doors.length * 2 + lacking.length);

  const writes = lacking.filter(({ door }) => !door.row.readonly).length;
  const recorded = await stack.events();
  t.deepEqual([...new Set(recorded.map(({ type }) => type))], ['policy.refused']);
  t.is(recorded.length, writes, 'each refused write is on record once, nothing else happened');
});

test('an operation opens for each of its roles', async (t) => {
  const stack = await startStack(t, { env });
  const closed: string[] = [];
  const reads = doors.filter(({ row }) => row.readonly).flatMap((door) => door.row.roles.map((role) => ({ door, role })));
  t.true(reads.length > 200);
  await forAll(reads, async ({ door, role }) => {
    const found = await knock(stack, door, role === 'customer' ? { 'X-BSS-On-Behalf-Of': 'CUST-001' } : {}, identityOf[role]);
    if (found.status >= 500 || found.status === 401 || found.reason === 'auth.role.insufficient') closed.push(`${door.row.key} as ${role}: ${found.status} ${found.reason}`);
  });
  t.deepEqual(closed, []);
});
