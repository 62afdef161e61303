import test from 'ava';
import { operations } from '#generated/operations';
import { projectFolder } from '#runtime/home';
import { markdownFile } from '#tools-gen/reference/markdown';
import { readInputs } from '#tools-gen/inputs';
import { referenceOf } from '#tools-gen/reference/model';
import { isGeneral } from '#tools-gen/reference/rules';
import { readRecordings, type Example } from '#tools-gen/recordings';
import { catalogue } from '../reference/catalogue.ts';
import { Player } from '../reference/player.ts';
import { play, playground } from '../reference/scenario.ts';
import { shapeOf } from '../reference/shape.ts';
import { Steady } from '../reference/steady.ts';
import { startStack } from '../support/stack.ts';
import { sample } from './sample.ts';

const recorded = await readRecordings(projectFolder);
const pages = referenceOf(await readInputs(projectFolder));
const all = Object.values(recorded.examples).flat();
/** Refusals that the scenario cannot reach, or that say nothing new. */
const refusalUnshown: Readonly<Record<string, string>> = {
  'subscription.terminateSubscription': 'subscription.terminate.order_open lasts as long as an order on the line does, which is a moment',
};
const again = 'if that is meant, run npm run examples and npm run gen';

test.serial('the examples of the reference still happen as they are printed', async (t) => {
  const player = await Player.on(await startStack(t, playground));
  await play(player);
  t.deepEqual([...player.examples.keys()].sort(), Object.keys(recorded.examples).sort(), again);
  for (const [api, examples] of player.examples) {
    const printed = recorded.examples[api] ?? [];
    t.deepEqual(examples.map(titleOf), printed.map(titleOf), `${api}: ${again}`);
    examples.forEach((example, index) => t.deepEqual(seen(example), seen(printed[index]!), `${titleOf(example)}: ${again}`));
  }
  t.deepEqual(recorded.rules, catalogue(), again);
});

const titleOf = ({ key, title }: Example): string => `${key}: ${title}`;

/** What must be the same each time: the request whole, of the answer its status and shape. */
const seen = ({ request, answer }: Example) =>
  ({ request, status: answer.status, headers: Object.keys(answer.headers).sort(), shape: shapeOf(answer.body) });

test('every operation has an example that succeeded', (t) => {
  const shown = new Set(all.filter(({ answer }) => answer.status < 300).map(({ key }) => key));
  t.deepEqual(Object.keys(operations).filter((key) => !shown.has(key)), []);
});

test('every write of ours that a rule of its own can refuse shows a refusal, or stands below with the reason', (t) => {
  const refused = new Set(all.filter(({ answer }) => answer.status >= 400).map(({ key }) => key));
  const refusable = pages.flatMap((page) => page.operations).filter(({ row, rules }) => !row.api.startsWith('TMF') && rules.some((code) => code !== 'admin.call.disabled')).map(({ row }) => row.key);
  t.deepEqual(refusable.filter((key) => !refused.has(key)).sort(), Object.keys(refusalUnshown).sort());
});

test('every rule of the catalogue stands on a page: with the operations it can refuse, or as one of all', (t) => {
  const named = new Set(pages.flatMap((page) => page.operations.flatMap(({ rules }) => rules)));
  t.deepEqual(recorded.rules.filter((rule) => !named.has(rule.code) && !isGeneral(rule)).map(({ code }) => code), []);
  const hub = pages.find(({ api }) => api === 'TMF629')?.operations.find(({ row }) => row.kind === 'hub-create');
  t.deepEqual(hub?.rules, ['hub.create.callback_forbidden', 'hub.create.limit_reached']);
});

test('an example whose shape is another is told from one with other values', (t) => {
  t.deepEqual(shapeOf({ id: 'A', list: [{ n: 1 }, { n: 2 }] }), shapeOf({ list: [{ n: 9 }], id: 'B' }));
  t.notDeepEqual(shapeOf({ id: 'A' }), shapeOf({ id: null }));
  t.notDeepEqual(shapeOf({ id: 'A' }), shapeOf({ id: 'A', more: true }));
  t.notDeepEqual(shapeOf([{ n: 1 }]), shapeOf([{ n: 1 }, { n: 'one' }]));
});

test('addresses, random ids and the moment of the seed are made steady, ids of ours and amounts are not', (t) => {
  const steady = new Steady([{ name: 'crm', url: 'http://127.0.0.1:40123' }], '2026-11-23T14:27:18.916Z');
  t.is(steady.text('http://localhost:40123/a http://localhost:9/b'), 'http://localhost:8002/a http://localhost:9/b');
  t.is(steady.text('0198f0aa-1111-7222-8333-444455556666'), steady.text('0198f0aa-1111-7222-8333-444455556666'));
  t.not(steady.text('0198f0aa-1111-7222-8333-444455556666'), steady.text('0198f0aa-1111-7222-8333-444455556667'));
  t.is(steady.text('$FD2C-482F-5653-5D45 2026-11-23T14:27:18.916Z'), '$0000-0000-0000-0003 2026-01-01T00:00:00.000Z');
  t.is(steady.text('CUST-001 8965010000000000053 2026-04-11T09:00:00.000Z'), 'CUST-001 8965010000000000053 2026-04-11T09:00:00.000Z');
});

test('a page shows request, answer, events, notifications and the rules that can refuse', (t) => {
  const example: Example = {
    key: 'TMF901.createWidget', title: 'a widget is made', request: { method: 'POST', path: '/tmf-api/widgets/v4/widget', headers: {}, body: { name: 'a|b' } },
    answer: { status: 201, headers: { location: 'http://localhost:8001/x' }, body: { id: 'WID-001' } },
  };
  const inputs = sample((raw) => {
    raw.recordings = { examples: { TMF901: [example] }, rules: [
      { code: 'widget.create.too_big', title: 'Too big.', when: 'larger than 9', status: 422, fix: ['Take {size} or less.'] }, { code: 'widget.delete.used', title: 'Used.', when: 'in use', status: 422, fix: [] },
    ] };
  });
  const [api] = referenceOf(inputs);
  const text = markdownFile(api!).body;
  t.regex(text, /## createWidget\n\nCreate a widget\.\n\n {4}POST \/tmf-api\/widgets\/v4\/widget\n {4}POST \/widgets\/v4\/widget\n/);
  t.regex(text, /\| `name` \(mandatory\) \| text \|/);
  t.regex(text, /\| `widget\.created` \| WidgetCreateEvent \|\n\nCan be refused by `widget\.create\.too_big`\.\n\nExample: a widget is made\n\n```http\nPOST [\s\S]+"name": "a\|b"[\s\S]+HTTP\/1\.1 201\nlocation: http/);
  t.regex(text, /## deleteWidget[\s\S]+Can be refused by `widget\.delete\.used`\./);
  t.regex(text, /\| `widget\.create\.too_big` \| 422 \| larger than 9 \| Too big\. \| Take \{size\} or less\. \|/);
  t.true(text.includes('| `colour` | red / blue | Colour of the widget. |'));
  t.notRegex(text, /### Colour/, 'words to choose from have no section of their own');
});
