import test from 'ava';
import { operationsFile, listenersFile, resourcesFile } from '#tools-gen/operations';
import type { Operation } from '#runtime/operation';
import { inputsOf, type RawInputs } from '#tools-gen/inputs';
import { rawSample, sample } from './sample.ts';

const row = (operationId: string): Operation => {
  const found = sample().sources.find((source) => source.row.operationId === operationId);
  if (!found) throw new Error(`the sample has no ${operationId}`);
  return found.row;
};

const shapes: { given: string; want: Partial<Operation> }[] = [
  {
    given: 'listWidget',
    want: {
      key: 'TMF901.listWidget', service: 'catalog', method: 'GET', path: '/tmf-api/widgets/v4/widget', aliases: ['/widgets/v4/widget'],
      resource: 'widget', kind: 'list', pathParams: [], query: [{ name: 'limit', type: 'integer', required: false }],
      requestSchema: null, mediaTypes: [], success: { 200: 'Widget[]' }, successStatus: 200, events: [], roles: ['customer', 'csr'],
      readonly: true, idempotent: true, destructive: false, money: false,
    },
  },
  {
    given: 'createWidget',
    want: {
      kind: 'create', requestSchema: 'Widget_Create', mediaTypes: ['application/json'], success: { 201: 'Widget', 202: null },
      successStatus: 201, area: 'widget', aggregate: 'widget', events: ['widget.created'], roles: ['csr'], readonly: false, idempotent: false,
    },
  },
  { given: 'retrieveWidget', want: { kind: 'retrieve', pathParams: ['id'], path: '/tmf-api/widgets/v4/widget/{id}' } },
  { given: 'patchWidget', want: { kind: 'patch', mediaTypes: ['application/json', 'application/json-patch+json'], idempotent: false } },
  { given: 'deleteWidget', want: { kind: 'delete', success: { 204: null }, successStatus: 204, roles: ['admin'], idempotent: true, destructive: true } },
  { given: 'registerListener', want: { kind: 'hub-create', resource: null, area: 'hub', aggregate: 'platform', roles: ['admin'] } },
  {
    given: 'polishWidget',
    want: {
      key: 'workshop.polishWidget', service: '*', kind: 'action', query: [{ name: 'soft', type: 'boolean', required: false }],
      area: 'workshop', roles: ['csr', 'system'], tool: 'widget.polish', cli: 'widget polish', money: true, idempotent: true,
      requestSchema: null, success: { 200: null },
    },
  },
];

for (const { given, want } of shapes) {
  test(`the row of ${given} says what document and overlay say`, (t) => {
    t.like(row(given), want);
  });
}

test('a command that nobody can type yet is not named', (t) => {
  const commandOf = (commands: ReadonlySet<string>): string | null | undefined =>
    inputsOf({ ...rawSample(), commands }).sources.find(({ row: { operationId } }) => operationId === 'polishWidget')?.row.cli;
  t.is(commandOf(new Set(['widget polish'])), 'widget polish');
  t.is(commandOf(new Set(['widget show'])), null);
});

test('what a subscriber serves is no operation of ours, but a listener', (t) => {
  const inputs = sample();
  t.false(inputs.sources.some(({ row: { path } }) => path.includes('/listener/')));
  t.regex(listenersFile(inputs).body, /'TMF901\.listenToWidgetCreateEvent': \{ api: 'TMF901', path: '\/listener\/widgetCreateEvent', schema: 'WidgetCreateEvent' \}/);
});

test('a stored resource is listed with its path, schema and id prefix', (t) => {
  t.regex(resourcesFile(sample()).body, /'TMF901\.widget': \{.*path: '\/tmf-api\/widgets\/v4\/widget', schema: 'Widget',.*idPrefix: 'WID' \}/);
});

test('a change of one fact changes one line of the table', (t) => {
  const before = operationsFile(sample()).body.split('\n');
  const after = operationsFile(sample((raw) => { change(raw, 'money'); })).body.split('\n');
  t.is(after.length, before.length);
  t.is(after.filter((line, index) => line !== before[index]).length, 1);
});

/** Makes creating a widget cost money. */
function change(raw: RawInputs, flag: string): void {
  const { apis } = raw.apis as { apis: Record<string, { resources: Record<string, Record<string, unknown>> }> }; // as the sample writes it
  const widget = apis['TMF901']?.resources['widget'];
  if (widget) widget[flag] = true;
}

// The sample's overlays are plain objects; each row spoils one member of them.
type Loose = { apis: { apis: Record<string, unknown> }; events: unknown[]; tools: { tools: Record<string, Record<string, unknown>> }; specs: RawInputs['specs'] };

const contradictions: { given: string; spoil: (raw: Loose) => void; want: RegExp }[] = [
  { given: 'an API without a service', spoil: (raw) => { delete raw.apis.apis['workshop']; }, want: /does not say which service answers workshop/ },
  { given: 'an unknown service', spoil: (raw) => { raw.apis.apis['workshop'] = { service: 'shed' }; }, want: /workshop names no service \(shed\)/ },
  { given: 'an API without a document', spoil: (raw) => { raw.apis.apis['TMF999'] = { service: 'crm' }; }, want: /names TMF999, but there is no such document/ },
  { given: 'a resource the overlay leaves out', spoil: (raw) => { raw.apis.apis['TMF901'] = { service: 'crm', resources: {} }; }, want: /TMF901 does not describe the resource widget/ },
  { given: 'an event nobody names', spoil: (raw) => { raw.events.length = 0; }, want: /TMF901\.createWidget records widget\.created/ },
  { given: 'an event named twice', spoil: (raw) => { raw.events.push(raw.events[0]); }, want: /names widget\.created twice/ },
  {
    given: 'a notification the document lacks',
    spoil: (raw) => { (raw.events[0] as { types: Record<string, string> }).types['polished'] = 'Polish'; },
    want: /widget\.polished is notified as WidgetPolishEvent, which specs\/TMF901\.json does not define/,
  },
  { given: 'an own operation without a tool or a reason', spoil: (raw) => { raw.tools.tools = {}; }, want: /workshop\.polishWidget needs a tool/ },
  {
    given: 'a tool of an operation that is not there',
    spoil: (raw) => { const tool = raw.tools.tools['widget.polish']; if (tool) tool['operation'] = 'workshop.paint'; },
    want: /widget\.polish calls workshop\.paint, which is no operation/,
  },
  {
    given: 'an unknown role',
    spoil: (raw) => { const operation = raw.specs[1]?.document.paths['/widget/{id}/polish']?.post; if (operation) operation['x-roles'] = ['king']; },
    want: /polishWidget has no x-roles, or unknown ones/,
  },
  {
    given: 'an operationId used twice',
    spoil: (raw) => { const operation = raw.specs[0]?.document.paths['/widget']?.post; if (operation) operation.operationId = 'listWidget'; },
    want: /the operationId listWidget occurs twice/,
  },
];

for (const { given, spoil, want } of contradictions) {
  test(`${given} is an error that names it`, (t) => {
    const error = t.throws(() => sample((raw) => { spoil(raw as unknown as Loose); })); // same object, seen loosely
    t.regex(error?.message ?? '', want);
  });
}

test('the sample itself contradicts nothing', (t) => {
  t.is(sample().sources.length, 7);
  t.notThrows(rawSample);
});
