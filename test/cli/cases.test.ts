import test from 'ava';
import { refusal, ScriptedStack, type Seen } from './scripted-stack.ts';

const base = '/bss-api/case/v1';
const tickets = '/tmf-api/troubleTicket/v4/troubleTicket';

const one = {
  id: 'CASE-003', href: `http://localhost:8002${base}/case/CASE-003`, '@type': 'Case', customerId: 'CUST-022', subject: 'charges I do not recognise', description: null, category: 'fraud', priority: 'urgent',
  state: 'in_progress', agentId: 'AGT-002', resolutionCode: null, openedAt: '2026-11-22T09:12:00.000Z', slaDueAt: '2026-11-22T09:42:00.000Z', slaBreachedAt: null, ticketIds: ['TKT-005'],
};
const note = { id: 'NOTE-001', href: `${one.href}/note`, '@type': 'CaseNote', caseId: 'CASE-003', body: 'card blocked with issuer', author: 'AGT-002', createdAt: '2026-11-22T09:40:00.000Z' };
const ticket = {
  id: 'TKT-005', href: `http://localhost:8002${tickets}/TKT-005`, '@type': 'TroubleTicket', description: 'HLR times out', severity: 'high', ticketType: 'service_outage', status: 'inProgress',
  creationDate: '2026-11-22T09:15:00.000Z', slaDueAt: '2026-11-22T10:15:00.000Z', agentId: 'AGT-003', caseId: 'CASE-003',
  relatedParty: [{ id: 'CUST-022', role: 'customer', '@referredType': 'Customer' }, { id: 'AGT-003', role: 'agent', '@referredType': 'Individual' }], relatedEntity: [{ id: 'CASE-003', role: 'case', '@referredType': 'Case' }],
  note: [{ id: '1', date: '2026-11-22T09:50:00.000Z', author: 'AGT-003', text: 'restarted once' }],
};
const interaction = {
  id: 'INT-009', href: 'http://localhost:8002/x', '@type': 'PartyInteraction', status: 'completed', direction: 'inbound', reason: 'Asked about roaming', description: 'Goes abroad in May',
  channel: [{ id: 'phone', name: 'phone' }], interactionDate: { startDateTime: '2026-11-22T09:15:00.000Z' }, relatedParty: [{ id: 'CUST-022', role: 'customer' }],
};

/** A case that goes through its states as its triggers say. */
function goingThrough(from: string) {
  let state = from;
  const next: Readonly<Record<string, string>> = { take: 'in_progress', resume: 'in_progress', reopen: 'in_progress', resolve: 'resolved', close: 'closed', cancel: 'closed', await_customer: 'pending_customer' };
  return {
    [`GET ${base}/case/CASE-003`]: () => ({ body: { ...one, state } }),
    [`POST ${base}/case/CASE-003/transition`]: ({ body }: Seen) => ({ body: { ...one, state: (state = next[(body as { trigger: string }).trigger] ?? state) } }),
  };
}

test('case open: what is said is sent, and the case is shown with its deadline', async (t) => {
  const stack = await ScriptedStack.start(t, { [`POST ${base}/case`]: { status: 201, body: { ...one, state: 'open', agentId: null, ticketIds: [] } } });
  const { code, stdout } = await stack.bss(['case', 'open', 'CUST-022', one.subject, '--category', 'fraud', '--priority', 'URGENT', '--description', 'two of them']);
  t.is(code, 0);
  t.deepEqual(stack.seen[0]?.body, { customerId: 'CUST-022', subject: one.subject, category: 'fraud', priority: 'urgent', description: 'two of them' });
  t.is(stdout, [
    '+- Case ------------------------------------- CASE-003 - open - urgent - fraud -',
    '| 2026-11-22 09:12  CUST-022  "charges I do not recognise"',
    '| due 2026-11-22 09:42   nobody works on it',
    '',
  ].join('\n'));
});

test('case show: the case, its notes and its tickets on one card', async (t) => {
  const stack = await ScriptedStack.start(t, {
    [`GET ${base}/case/CASE-003`]: { body: one }, [`GET ${base}/case/CASE-003/note`]: { body: [{ ...note, id: 'NOTE-002', createdAt: '2026-11-22T09:45:00.000Z', body: 'called back' }, note] }, [`GET ${tickets}`]: { body: [ticket] },
  });
  const { code, stdout } = await stack.bss(['case', 'show', 'CASE-003']);
  t.is(code, 0);
  t.is(stdout, [
    '+- Case ------------------------------ CASE-003 - in_progress - urgent - fraud -',
    '| 2026-11-22 09:12  CUST-022  "charges I do not recognise"',
    '| due 2026-11-22 09:42   with AGT-002',
    '| 2026-11-22 09:40  AGT-002  note: card blocked with issuer',
    '| 2026-11-22 09:45  AGT-002  note: called back',
    '| TKT-005  inProgress  HLR times out',
    '',
  ].join('\n'));
  t.is(stack.requests(`GET ${tickets}`)[0]?.query.get('caseId'), 'CASE-003');
  t.is(JSON.parse((await stack.bss(['case', 'show', 'CASE-003', '--json'])).stdout).state, 'in_progress');
});

test('case list: filters go to the service under its names, and a wrong state goes nowhere', async (t) => {
  const stack = await ScriptedStack.start(t, { [`GET ${base}/case`]: { body: [one], headers: { 'x-total-count': '1' } } });
  const { stdout } = await stack.bss(['case', 'list', '--customer', 'CUST-022', '--state', 'in_progress', '--agent', 'AGT-002', '--category', 'fraud', '--plain']);
  t.is(stdout, 'CASE-003\tin_progress\turgent\tfraud\tCUST-022\tAGT-002\t2026-11-22 09:42\tcharges I do not recognise\n');
  const { customerId, state, agentId, category } = Object.fromEntries(stack.seen[0]!.query);
  t.deepEqual({ customerId, state, agentId, category }, { customerId: 'CUST-022', state: 'in_progress', agentId: 'AGT-002', category: 'fraud' });
  const wrong = await stack.bss(['case', 'list', '--state', 'inprogress']);
  t.is(wrong.code, 2);
  t.is(stack.seen.length, 1);
});

test('case note, priority and assign change what they name', async (t) => {
  const stack = await ScriptedStack.start(t, { [`POST ${base}/case/CASE-003/note`]: { status: 201, body: note }, [`PATCH ${base}/case/CASE-003`]: { body: one } });
  t.regex((await stack.bss(['case', 'note', 'CASE-003', note.body])).stdout, /^\+- Note -+ CASE-003 - NOTE-001 -\n\| 2026-11-22 09:40 {2}AGT-002 {2}note: card blocked with issuer\n$/);
  t.is((await stack.bss(['case', 'priority', 'CASE-003', 'high'])).code, 0);
  t.is((await stack.bss(['case', 'assign', 'CASE-003', 'AGT-002'])).code, 0);
  t.deepEqual(stack.seen.map(({ body }) => body), [{ body: note.body }, { priority: 'high' }, { agentId: 'AGT-002' }]);
});

for (const [from, to, trigger] of [['open', 'in_progress', 'take'], ['pending_customer', 'in_progress', 'resume'], ['resolved', 'in_progress', 'reopen'], ['in_progress', 'pending_customer', 'await_customer'], ['open', 'resolved', 'resolve']]) {
  test(`case move: from ${from} to ${to} it fires ${trigger}`, async (t) => {
    const stack = await ScriptedStack.start(t, goingThrough(from!));
    t.is((await stack.bss(['case', 'move', 'CASE-003', to!, '--reason', 'so it is'])).code, 0);
    t.deepEqual(stack.requests(`POST ${base}/case/CASE-003/transition`).map(({ body }) => body), [{ trigger, reason: 'so it is' }]);
  });
}

for (const [from, triggers] of [['open', ['resolve', 'close']], ['pending_customer', ['resume', 'resolve', 'close']], ['resolved', ['close']]] as const) {
  test(`case close: a case that is ${from} goes through ${triggers.join(', ')}, each under a key of its own`, async (t) => {
    const stack = await ScriptedStack.start(t, goingThrough(from));
    const { code, stdout } = await stack.bss(['case', 'close', 'CASE-003', 'fixed', '--yes', '--idempotency-key', 'k']);
    t.is(code, 0);
    t.regex(stdout, /CASE-003 - closed/);
    const fired = stack.requests(`POST ${base}/case/CASE-003/transition`);
    t.deepEqual(fired.map(({ body }) => (body as { trigger: string }).trigger), [...triggers]);
    t.deepEqual(fired.map(({ headers }) => headers['idempotency-key']), triggers.map((trigger) => `k:${trigger}`));
    t.like(fired.at(-1)?.body, { resolutionCode: 'fixed' });
  });
}

test('case close: asks first, ends at the first refusal, and gives up on a case where told', async (t) => {
  const refused = await ScriptedStack.start(t, {
    [`GET ${base}/case/CASE-003`]: { body: one },
    [`POST ${base}/case/CASE-003/transition`]: refusal('case.resolve.tickets_open', 'Tickets of the case are not done.', [{ hint: 'Resolve TKT-005 first.', tool: 'ticket.resolve', args: { ticket_id: 'TKT-005' } }]),
  });
  t.is((await refused.bss(['case', 'close', 'CASE-003', 'fixed'])).code, 2);
  t.deepEqual(refused.seen, []);
  const { code, stderr } = await refused.bss(['case', 'close', 'CASE-003', 'fixed', '--yes']);
  t.is(code, 4);
  t.regex(stderr, /case\.resolve\.tickets_open/);
  t.is(refused.requests(`POST ${base}/case/CASE-003/transition`).length, 1);
  const cancelled = await ScriptedStack.start(t, goingThrough('open'));
  t.is((await cancelled.bss(['case', 'close', 'CASE-003', '--cancel', '--reason', 'withdrawn', '--yes'])).code, 0);
  t.deepEqual(cancelled.seen.map(({ body }) => body), [{ trigger: 'cancel', reason: 'withdrawn' }]);
});

test('ticket open: each id becomes a related party or entity', async (t) => {
  const stack = await ScriptedStack.start(t, { [`POST ${tickets}`]: { status: 201, body: ticket } });
  const { code, stdout } = await stack.bss(['ticket', 'open', 'service_outage', 'HLR times out', '--severity', 'high', '--customer', 'CUST-022', '--agent', 'AGT-003', '--case', 'CASE-003', '--order', 'ORD-014', '--subscription', 'SUB-009', '--service', 'SVC-001']);
  t.is(code, 0);
  t.deepEqual(stack.seen[0]?.body, {
    ticketType: 'service_outage', description: 'HLR times out', severity: 'high', relatedParty: ticket.relatedParty,
    relatedEntity: [
      { id: 'CASE-003', role: 'case', '@referredType': 'Case' }, { id: 'ORD-014', role: 'productOrder', '@referredType': 'ProductOrder' },
      { id: 'SUB-009', role: 'product', '@referredType': 'Product' }, { id: 'SVC-001', role: 'service', '@referredType': 'Service' },
    ],
  });
  t.is(stdout, [
    '+- Ticket ----------------------- TKT-005 - inProgress - high - service_outage -',
    '| 2026-11-22 09:15  HLR times out',
    '| CUST-022   CASE-003',
    '| due 2026-11-22 10:15   with AGT-003',
    '| 2026-11-22 09:50  AGT-003  note: restarted once',
    '',
  ].join('\n'));
});

test('ticket list: by case, state and agent', async (t) => {
  const stack = await ScriptedStack.start(t, { [`GET ${tickets}`]: { body: [ticket], headers: { 'x-total-count': '1' } } });
  const { stdout } = await stack.bss(['ticket', 'list', '--case', 'CASE-003', '--state', 'inprogress', '--agent', 'AGT-003', '--customer', 'CUST-022', '--plain']);
  t.is(stdout, 'TKT-005\tinProgress\thigh\tservice_outage\tAGT-003\tCASE-003\t2026-11-22 10:15\tHLR times out\n');
  const query = Object.fromEntries(stack.seen[0]!.query);
  t.like(query, { caseId: 'CASE-003', status: 'inProgress', agentId: 'AGT-003', 'relatedParty.id': 'CUST-022' });
});

test('ticket assign: the one who worked on it goes, everybody else stays', async (t) => {
  const stack = await ScriptedStack.start(t, { [`GET ${tickets}/TKT-005`]: { body: ticket }, [`PATCH ${tickets}/TKT-005`]: { body: ticket } });
  t.is((await stack.bss(['ticket', 'assign', 'TKT-005', 'AGT-004'])).code, 0);
  t.deepEqual(stack.requests(`PATCH ${tickets}/TKT-005`)[0]?.body, { relatedParty: [ticket.relatedParty[0], { id: 'AGT-004', role: 'agent', '@referredType': 'Individual' }] });
});

for (const [args, sent] of [
  [['start', 'TKT-005'], { trigger: 'start' }], [['resolve', 'TKT-005', 'HLR restarted'], { trigger: 'resolve', note: 'HLR restarted' }],
  [['close', 'TKT-005'], { trigger: 'close' }], [['cancel', 'TKT-005', 'opened twice', '--yes'], { trigger: 'cancel', reason: 'opened twice' }],
] as const) {
  test(`ticket ${args[0]}: fires its trigger and shows the ticket`, async (t) => {
    const stack = await ScriptedStack.start(t, { [`POST ${base}/ticket/TKT-005/transition`]: { body: { id: 'TKT-005' } }, [`GET ${tickets}/TKT-005`]: { body: ticket } });
    const { code, stdout } = await stack.bss(['ticket', ...args]);
    t.is(code, 0);
    t.regex(stdout, /^\+- Ticket -+ TKT-005 - inProgress/);
    t.deepEqual(stack.requests(`POST ${base}/ticket/TKT-005/transition`)[0]?.body, sent);
  });
}

test('ticket move writes the status, and the service knows the way there', async (t) => {
  const stack = await ScriptedStack.start(t, { [`PATCH ${tickets}/TKT-005`]: { body: ticket } });
  t.is((await stack.bss(['ticket', 'move', 'TKT-005', 'pending', '--reason', 'asked for the model'])).code, 0);
  t.deepEqual(stack.seen[0]?.body, { status: 'pending', statusChangeReason: 'asked for the model' });
});

test('interaction log and list: a contact at business time, on its way and in its direction', async (t) => {
  const path = '/tmf-api/partyInteraction/v4/partyInteraction';
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': { body: { now: '2026-11-22T09:15:00.000Z', frozen: true, offsetMs: 0 } },
    'GET /tmf-api/customerManagement/v4/customer/CUST-022': { body: { id: 'CUST-022', href: 'http://localhost/CUST-022' } },
    [`POST ${path}`]: { status: 201, body: { ...interaction, status: 'open' } }, [`PATCH ${path}/INT-009`]: { body: interaction }, [`GET ${path}`]: { body: [interaction], headers: { 'x-total-count': '1' } },
  });
  const { stdout } = await stack.bss(['interaction', 'log', 'CUST-022', interaction.reason, '--body', interaction.description, '--channel', 'phone']);
  t.is(stdout, [
    '+- Interaction ------------------------------------------- INT-009 - completed -',
    '| 2026-11-22 09:15   CUST-022   inbound   phone',
    '| Asked about roaming',
    '| Goes abroad in May',
    '',
  ].join('\n'));
  t.deepEqual(stack.requests(`POST ${path}`)[0]?.body, {
    reason: interaction.reason, description: interaction.description, direction: 'inbound', channel: interaction.channel, interactionDate: interaction.interactionDate,
    relatedParty: [{ id: 'CUST-022', href: 'http://localhost/CUST-022', role: 'customer', '@referredType': 'Customer' }],
  });
  t.deepEqual(stack.requests(`PATCH ${path}/INT-009`)[0]?.body, { status: 'completed' });
  t.is((await stack.bss(['interaction', 'list', 'CUST-022', '--plain'])).stdout, 'INT-009\t2026-11-22 09:15\tinbound\tphone\tCUST-022\tAsked about roaming\n');
  t.is(stack.requests(`GET ${path}`)[0]?.query.get('relatedParty.id'), 'CUST-022');
});
