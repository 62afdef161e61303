import test from 'ava';
import { tools } from '#generated/tools';
import { toolsOf, wireName, wireSchema } from '#tools-gen/tools';
import { sample } from './sample.ts';

const polish = { type: 'string', description: 'Customer, e.g. CUST-014.' };

test('the strict wire schema requires every argument and lets an optional one be null', (t) => {
  const [tool] = toolsOf(sample());
  t.deepEqual(tool?.wire, {
    type: 'object',
    properties: {
      customer_id: polish,
      colour: { type: ['string', 'null'], description: 'One of the values.', enum: ['red', 'blue', null] },
      count: { type: ['integer', 'null'], description: 'Whole number.' },
    },
    required: ['customer_id', 'colour', 'count'],
    additionalProperties: false,
  });
});

test('the full schema keeps patterns and ranges and requires only what must be there', (t) => {
  const [tool] = toolsOf(sample());
  t.deepEqual(tool?.full.required, ['customer_id']);
  t.is(tool?.full.properties['customer_id']?.pattern, '^CUST-\\d{3,}$');
  t.is(tool?.full.properties['count']?.maximum, 100_000);
});

test('a tool takes over the flags of its operation', (t) => {
  const [tool] = toolsOf(sample());
  t.like(tool, { money: true, destructive: false, readonly: false, idempotent: true, confirm: 'money' });
});

test('a description says purpose, when not, example and rules', (t) => {
  const [tool] = toolsOf(sample((raw) => { spoiled(raw.tools, { rules: ['widget.polish.wet'] }); }));
  t.is(tool?.description, 'Polish one widget. Not when: It shines already. Example: {"customer_id":"CUST-001","colour":"red"} May be refused by widget.polish.wet.');
});

// The overlay of the sample is a plain object; the members given here replace its own.
function spoiled(overlay: unknown, members: Record<string, unknown>): void {
  Object.assign((overlay as { tools: Record<string, object> }).tools['widget.polish'] ?? {}, members);
}

const refusals: { given: string; members: Record<string, unknown>; want: RegExp }[] = [
  { given: 'an example with a foreign id', members: { example: { customer_id: 'SUB-001' } }, want: /the example of widget\.polish is not legal: example\/customer_id/ },
  { given: 'an example with an argument too many', members: { example: { customer_id: 'CUST-001', size: 1 } }, want: /example of widget\.polish is not legal/ },
  { given: 'a charge without confirmation', members: { confirm: 'none' }, want: /widget\.polish charges or destroys and asks for no confirmation/ },
  { given: 'an unknown result', members: { result: { type: 'Gleam', cap_bytes: 1 } }, want: /the result Gleam, which its API does not define/ },
  { given: 'an unknown argument type', members: { arguments: { customer_id: 'customer_id', colour: 'TMF901#Hue' } }, want: /the unknown type TMF901#Hue/ },
  { given: 'an argument in camel case', members: { arguments: { customerId: 'customer_id' }, example: {} }, want: /the argument customerId, which is not in snake case/ },
  { given: 'too long a description', members: { purpose: 'x'.repeat(700) }, want: /at most 600 are sent/ },
  { given: 'no purpose', members: { purpose: '' }, want: /widget\.polish has no purpose/ },
];

for (const { given, members, want } of refusals) {
  test(`${given} stops the generator`, (t) => {
    const error = t.throws(() => toolsOf(sample((raw) => { spoiled(raw.tools, members); })));
    t.regex(error?.message ?? '', want);
  });
}

test('a wire name turns back into the tool name', (t) => {
  t.is(wireName('inventory.msisdn.list_available'), 'inventory-msisdn-list_available');
  t.throws(() => wireName('a'.repeat(65)));
});

test('every schema of the registry is strict, and no two tools share a wire name', (t) => {
  const all = Object.values(tools);
  t.true(all.length > 50);
  t.is(new Set(all.map((tool) => tool.wireName)).size, all.length);
  for (const { name, wire, full } of all) {
    t.deepEqual(wire.required, Object.keys(wire.properties), name);
    t.false(wire.additionalProperties, name);
    t.deepEqual(wire, wireSchema(structuredClone(full) as Parameters<typeof wireSchema>[0]), name); // the same shape, read-only
  }
});

test('a read is never confirmed, a charge or destruction always', (t) => {
  for (const tool of Object.values(tools)) {
    t.is(tool.confirm !== 'none', tool.money || tool.destructive, tool.name);
    t.false(tool.readonly && tool.confirm !== 'none', tool.name);
  }
});
