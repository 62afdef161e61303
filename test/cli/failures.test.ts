import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { whereListed } from '#cli/where-listed';
import { refusal, runBss, ScriptedStack, type Reply } from './scripted-stack.ts';

const customerPath = 'GET /tmf-api/customerManagement/v4/customer/CUST-001';
const tmfError = (status: number, code: string, message: string): Reply => ({ status, body: { code, reason: code, message, status: String(status), '@type': 'Error' } });

/** AGENT-AND-CLI §1: cause, kind, exit code. */
const answers: readonly (readonly [reply: Reply, kind: string, code: number])[] = [
  [tmfError(400, 'BAD_REQUEST', 'no'), 'INVALID_ARGUMENT', 2],
  [tmfError(404, 'NOT_FOUND', 'There is no CUST-001.'), 'NOT_FOUND', 3],
  [refusal('customer.activate.contact_medium_required', 'no'), 'POLICY_VIOLATION', 4],
  [refusal('idempotency.key.in_flight', 'no', [], {}, 409), 'POLICY_VIOLATION', 5],
  [refusal('http.if_match.failed', 'no', [], {}, 412), 'POLICY_VIOLATION', 5],
  [refusal('auth.token.unknown', 'no', [], {}, 401), 'POLICY_VIOLATION', 6],
  [refusal('auth.role.insufficient', 'no', [], {}, 403), 'POLICY_VIOLATION', 6],
  [tmfError(429, 'TOO_MANY_REQUESTS', 'slower'), 'UNAVAILABLE', 7],
  [tmfError(500, 'INTERNAL', 'broken'), 'UNAVAILABLE', 7],
  [tmfError(503, 'UNAVAILABLE', 'later'), 'UNAVAILABLE', 7],
];

for (const [reply, kind, code] of answers) {
  test(`${reply.status}: ${kind}, exit ${code}`, async (t) => {
    const stack = await ScriptedStack.start(t, { [customerPath]: reply });
    const { code: left, stdout, stderr } = await stack.bss(['customer', 'show', 'CUST-001', '--json', '--timeout', '2s']);
    t.is(left, code);
    t.is(stdout, '');
    t.is(stderr.trimEnd().split('\n').length, 1);
    t.like(JSON.parse(stderr), { ok: false, error: { kind } });
  });
}

const kycRequired = refusal('order.create.kyc_required', 'CUST-001 has not been identified.', [{ hint: 'attest identity first', tool: 'customer.attest_kyc', args: { customer_id: 'CUST-001' } }], { customerId: 'CUST-001', kycStatus: 'not_verified' });

test('what is not there is answered with the command that lists what is', async (t) => {
  const stack = await ScriptedStack.start(t, {
    [customerPath]: tmfError(404, 'NOT_FOUND', 'There is no customer CUST-001.'),
    'POST /bss-api/admin/v1/hub/HUB-009/replay': tmfError(404, 'NOT_FOUND', 'There is no subscription HUB-009.'),
  });
  t.is((await stack.bss(['customer', 'show', 'CUST-001'])).stderr, 'bss: There is no customer CUST-001. `bss customer list` lists what there is.\n');
  t.is((await stack.bss(['hub', 'replay', 'HUB-009'])).stderr, 'bss: There is no subscription HUB-009. `bss hub list` lists what there is.\n');
  t.is(whereListed('There is no account BA-001.'), undefined);
});

test('a refusal is a card with the command that helps', async (t) => {
  const stack = await ScriptedStack.start(t, { 'POST /tmf-api/productOrderingManagement/v4/productOrder': kycRequired });
  const { code, stdout, stderr } = await stack.bss(['order', 'create', 'CUST-001', 'PLAN_S', '--yes']);
  t.is(code, 4);
  t.is(stdout, '');
  t.is(stderr, [
    '+- Refused ----------------------------------------- order.create.kyc_required -',
    '| CUST-001 has not been identified.        fix: bss customer kyc-attest CUST-001',
    '',
  ].join('\n'));
});

test('the envelope of a refusal keeps rule, context and fix', async (t) => {
  const stack = await ScriptedStack.start(t, { 'POST /tmf-api/productOrderingManagement/v4/productOrder': kycRequired });
  const { stderr } = await stack.bss(['order', 'create', 'CUST-001', 'PLAN_S', '--yes', '--json']);
  t.deepEqual(JSON.parse(stderr), {
    ok: false,
    error: {
      kind: 'POLICY_VIOLATION', message: 'CUST-001 has not been identified.', rule: 'order.create.kyc_required', context: { customerId: 'CUST-001', kycStatus: 'not_verified' },
      fix: [{ hint: 'attest identity first', tool: 'customer.attest_kyc', args: { customer_id: 'CUST-001' } }],
    },
  });
});

test('what is not said in a fix stays a placeholder; a tool without a command is told as its hint', async (t) => {
  const fixes = [
    { hint: 'add a card', tool: 'payment.add_card' }, { hint: 'buy one', tool: 'subscription.purchase_vas', args: { subscription_id: 'SUB-009' } }, { hint: 'ask a supervisor', tool: 'customer.close' }, { hint: 'wait for the boundary' },
  ];
  const stack = await ScriptedStack.start(t, { [customerPath]: refusal('some.rule.code', 'No.', fixes, { customerId: "O'Hara; rm -rf" }) });
  const { stderr } = await stack.bss(['customer', 'show', 'CUST-001']);
  t.regex(stderr, /fix: bss payment add-card 'O'\\''Hara; rm -rf'\n/, 'quoted for a shell');
  t.regex(stderr, /fix: bss subscription vas SUB-009 <vas-offering-id>\n/);
  t.regex(stderr, /fix: ask a supervisor\n/);
  t.regex(stderr, /fix: wait for the boundary\n/);
});

test('where nothing was ever started, make up is the way', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'bss-cli-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const { code, stdout, stderr } = await runBss(['customer', 'list'], { BSS_HOME: home });
  t.is(code, 7);
  t.is(stdout, '');
  t.is(stderr, 'bss: Nothing was ever started here; `make up` does.\n');
});

test('a service that does not answer is unavailable: make up starts it', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stderr } = await stack.bss(['customer', 'show', 'CUST-001', '--json'], { BSS_PORT_BASE: '1' });
  t.is(code, 7);
  const { error } = JSON.parse(stderr) as { error: { kind: string; message: string } };
  t.is(error.kind, 'UNAVAILABLE');
  t.regex(error.message, /`make up` starts it/);
});

test('an answer that takes too long is a time-out of unknown effect', async (t) => {
  const stack = await ScriptedStack.start(t, { [customerPath]: { delayMs: 5_000, body: {} } });
  const { code, stderr } = await stack.bss(['customer', 'show', 'CUST-001', '--timeout', '300ms', '--json']);
  t.is(code, 7);
  t.like(JSON.parse(stderr), { ok: false, error: { kind: 'TIMEOUT' } });
});

test('what moves money or ends something needs a yes where nobody can be asked', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const calls = [
    ['order', 'create', 'CUST-001', 'PLAN_S'], ['order', 'cancel', 'ORD-001'], ['subscription', 'vas', 'SUB-001', 'VAS_DATA_1GB'], ['subscription', 'terminate', 'SUB-001'],
    ['usage', 'simulate', '90000005', 'data', '1', 'gb'], ['prov', 'fault', 'FLT-001', '--on'], ['api', 'TMF676.createPayment', '-d', '{}'],
  ];
  for (const call of calls) {
    const { code, stdout, stderr } = await stack.bss(call);
    t.is(code, 2, call.join(' '));
    t.is(stdout, '');
    t.regex(stderr, /say --yes/);
  }
  t.deepEqual(stack.seen, [], 'nothing was sent');
});

test('a dry run asks the policies alone and leaves as if it were real', async (t) => {
  const path = 'POST /bss-api/subscription/v1/subscription/SUB-001/vasPurchase';
  const allowed = await ScriptedStack.start(t, { [path]: { body: { allowed: true, violations: [] } } });
  const passed = await allowed.bss(['subscription', 'vas', 'SUB-001', 'VAS_DATA_1GB', '--dry-run']);
  t.deepEqual(passed, { code: 0, stdout: '', stderr: 'dry run: every rule agrees; nothing was written\n' });
  t.is(allowed.seen[0]?.headers['prefer'], 'dry-run');
  t.deepEqual(JSON.parse((await allowed.bss(['subscription', 'vas', 'SUB-001', 'VAS_DATA_1GB', '--dry-run', '--json'])).stdout), { allowed: true, violations: [] });

  const violation = refusal('subscription.vas.payment_method_required', 'There is no card on file.', [{ hint: 'add a card', tool: 'payment.add_card', args: { customer_id: 'CUST-001' } }]).body;
  const refused = await ScriptedStack.start(t, { [path]: { body: { allowed: false, violations: [violation] } } });
  const { code, stderr } = await refused.bss(['subscription', 'vas', 'SUB-001', 'VAS_DATA_1GB', '--dry-run']);
  t.is(code, 4);
  t.regex(stderr, /Refused -+ subscription\.vas\.payment_method_required[\s\S]+bss payment add-card CUST-001/);
});
