import test, { type ExecutionContext } from 'ava';
import { BadRequest } from '#runtime/errors';
import { requireStorable, storable } from '#runtime/storable';

const problemsOf = (t: ExecutionContext, text: string): readonly string[] =>
  t.throws(() => requireStorable(text, JSON.parse(text)), { instanceOf: BadRequest }).problems.map(({ pointer }) => pointer);

test('a text is storable unless it holds U+0000 or half of a surrogate pair', (t) => {
  for (const text of ['', 'Ada', 'é', '😀', '\u0001']) t.true(storable(text), JSON.stringify(text));
  for (const text of ['\u0000', 'a\u0000b', '\ud800', 'x\udc00', '\udc00\ud800']) t.false(storable(text), JSON.stringify(text));
});

test('a body names every place that cannot be stored, names of members too', (t) => {
  const place = problemsOf(t, String.raw`{"a":"\u0000","b":[{"c/d":"\ud800"},"ok"],"e\u0000":1}`);
  t.deepEqual([...place].sort(), ['/a', '/b/0/c~1d', '/e\ufffd'].sort());
});

test('escapes that can be stored pass, and a backslash before a u is none', (t) => {
  for (const text of [String.raw`{"a":"\ud83d\ude00"}`, String.raw`{"a":"\\u0000"}`, '"plain"', '1']) t.notThrows(() => requireStorable(text, JSON.parse(text)));
});

test('a body nested however deep is looked through without running out of stack, and its pointer stays short', (t) => {
  const depth = 100_000;
  const text = `${'['.repeat(depth)}"\\u0000"${']'.repeat(depth)}`;
  t.is(problemsOf(t, text)[0], '/0'.repeat(64));
});

test('a number that would come back as another one is named, every other passes', (t) => {
  const text = '{"iccid":8965010000000000012,"b":[1e400,12345678901234567890,-1e999],"kept":{"n":9007199254740991,"e":1e21,"d":0.12345678901234567,"t":"8965010000000000012"}}';
  t.deepEqual([...problemsOf(t, text)].sort(), ['/b/0', '/b/1', '/b/2', '/iccid']);
  for (const one of ['9007199254740991', '-9007199254740991', '1e308', '0.1234567890123456789', '"12345678901234567890"', '{"12345678901234567890":1}', '100000000000000000000']) {
    t.notThrows(() => requireStorable(one, JSON.parse(one)), one);
  }
});
