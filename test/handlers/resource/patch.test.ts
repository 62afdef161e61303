import test from 'ava';
import fc from 'fast-check';
import { BadRequest, Conflict } from '#runtime/errors';
import type { JsonPatchStep } from '#runtime/handler';
import { jsonPatch, stepsMax } from '../../../handlers/resource/json-patch.ts';
import { jsonEqual } from '../../../handlers/resource/json.ts';
import { mergePatch } from '../../../handlers/resource/merge-patch.ts';

/** RFC 7396, appendix A. */
const merges: [target: string, patch: string, want: string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

for (const [target, patch, want] of merges) {
  test(`${patch} merged into ${target} gives ${want}`, (t) => {
    t.deepEqual(mergePatch(JSON.parse(target), JSON.parse(patch)), JSON.parse(want));
  });
}

test('a member called __proto__ is data like any other', (t) => {
  const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>;
  t.is(JSON.stringify(merged), '{"__proto__":{"admin":true}}');
  t.is(merged['admin'], undefined);
  const patched = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { admin: true } }]) as Record<string, unknown>;
  t.is(JSON.stringify(patched), '{"__proto__":{"admin":true}}');
  t.is(patched['admin'], undefined);
});

/** RFC 6902, appendix A, and RFC 6901 §5. */
const patches: { given: unknown; steps: JsonPatchStep[]; want: unknown }[] = [
  { given: { foo: 'bar' }, steps: [{ op: 'add', path: '/baz', value: 'qux' }], want: { baz: 'qux', foo: 'bar' } },
  { given: { foo: ['bar', 'baz'] }, steps: [{ op: 'add', path: '/foo/1', value: 'qux' }], want: { foo: ['bar', 'qux', 'baz'] } },
  { given: { foo: ['bar'] }, steps: [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], want: { foo: ['bar', ['abc', 'def']] } },
  { given: { baz: 'qux', foo: 'bar' }, steps: [{ op: 'remove', path: '/baz' }], want: { foo: 'bar' } },
  { given: { foo: ['bar', 'qux', 'baz'] }, steps: [{ op: 'remove', path: '/foo/1' }], want: { foo: ['bar', 'baz'] } },
  { given: { baz: 'qux', foo: 'bar' }, steps: [{ op: 'replace', path: '/baz', value: 'boo' }], want: { baz: 'boo', foo: 'bar' } },
  { given: { foo: { bar: 'baz', waldo: 'fred' }, qux: {} }, steps: [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }], want: { foo: { bar: 'baz' }, qux: { thud: 'fred' } } },
  { given: { foo: ['all', 'grass', 'cows', 'eat'] }, steps: [{ op: 'move', from: '/foo/1', path: '/foo/3' }], want: { foo: ['all', 'cows', 'eat', 'grass'] } },
  { given: { foo: 1 }, steps: [{ op: 'move', from: '/foo', path: '/foo' }], want: { foo: 1 } },
  { given: { foo: [1] }, steps: [{ op: 'copy', from: '/foo', path: '/bar' }, { op: 'add', path: '/bar/-', value: 2 }], want: { foo: [1], bar: [1, 2] } },
  { given: { baz: 'qux', foo: ['a', 2, 'c'] }, steps: [{ op: 'test', path: '/baz', value: 'qux' }, { op: 'test', path: '/foo/1', value: 2 }], want: { baz: 'qux', foo: ['a', 2, 'c'] } },
  { given: { a: { x: 1, y: [2] } }, steps: [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }], want: { a: { x: 1, y: [2] } } },
  { given: { 'a/b': 1, 'm~n': 2, '': 3 }, steps: [{ op: 'replace', path: '/a~1b', value: 10 }, { op: 'remove', path: '/m~0n' }, { op: 'remove', path: '/' }], want: { 'a/b': 10 } },
  { given: { foo: 'bar' }, steps: [{ op: 'replace', path: '', value: { other: 1 } }], want: { other: 1 } },
  { given: { foo: null }, steps: [{ op: 'replace', path: '/foo', value: null }], want: { foo: null } },
];

for (const { given, steps, want } of patches) {
  test(`${JSON.stringify(steps)} on ${JSON.stringify(given)} gives ${JSON.stringify(want)}`, (t) => {
    const before = JSON.stringify(given);
    t.deepEqual(jsonPatch(given, steps), want);
    t.is(JSON.stringify(given), before);
  });
}

const refused: { given: unknown; steps: JsonPatchStep[]; pointer: string }[] = [
  { given: { foo: 'bar' }, steps: [{ op: 'add', path: '/baz/bat', value: 'qux' }], pointer: '/0' },
  { given: { foo: [1] }, steps: [{ op: 'add', path: '/foo/2', value: 2 }], pointer: '/0' },
  { given: { foo: [1] }, steps: [{ op: 'replace', path: '/foo/-', value: 2 }], pointer: '/0' },
  { given: { foo: [1, 2] }, steps: [{ op: 'remove', path: '/foo/01' }], pointer: '/0' },
  { given: { foo: 1 }, steps: [{ op: 'remove', path: '/bar' }], pointer: '/0' },
  { given: { foo: 1 }, steps: [{ op: 'remove', path: '' }], pointer: '/0' },
  { given: { foo: 1 }, steps: [{ op: 'remove', path: '/toString' }], pointer: '/0' },
  { given: { foo: {} }, steps: [{ op: 'move', from: '/foo', path: '/foo/bar' }], pointer: '/0' },
  { given: {}, steps: [{ op: 'add', path: '/a', value: 1 }, { op: 'add', path: '/b' }], pointer: '/1/value' },
  { given: {}, steps: [{ op: 'add', path: 'a', value: 1 }], pointer: '/0/path' },
  { given: {}, steps: [{ op: 'add', path: '/~2', value: 1 }], pointer: '/0/path' },
  { given: {}, steps: [{ op: 'copy', path: '/a' }], pointer: '/0/from' },
];

for (const { given, steps, pointer } of refused) {
  test(`${JSON.stringify(steps)} on ${JSON.stringify(given)} is refused at ${pointer}`, (t) => {
    const error = t.throws(() => jsonPatch(given, steps), { instanceOf: BadRequest });
    t.is(error?.problems[0]?.pointer, pointer);
  });
}

test('a failed test step is a conflict and says where', (t) => {
  const error = t.throws(() => jsonPatch({ a: 1 }, [{ op: 'add', path: '/b', value: 1 }, { op: 'test', path: '/a', value: '1' }]), { instanceOf: Conflict });
  t.regex(error?.message ?? '', /Step 1 .* \/a/);
});

test('steps and copies are bounded', (t) => {
  const step: JsonPatchStep = { op: 'add', path: '/a', value: 1 };
  t.deepEqual(jsonPatch({}, Array<JsonPatchStep>(stepsMax).fill(step)), { a: 1 });
  t.throws(() => jsonPatch({}, Array<JsonPatchStep>(stepsMax + 1).fill(step)), { instanceOf: BadRequest });
  const doubling = Array.from({ length: 60 }, (_, i): JsonPatchStep => ({ op: 'copy', from: '', path: `/c${i}` }));
  t.throws(() => jsonPatch({ a: 'x'.repeat(1000) }, doubling), { instanceOf: BadRequest, message: /copies more/ });
});

test('a merge patch leaves exactly the members it does not name null, and applied twice changes nothing more', (t) => {
  // A merge patch cannot set null (RFC 7396 §1), so documents have none.
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  }));
  fc.assert(fc.property(json.object, json.object, (before, after) => {
    const patch = { ...Object.fromEntries(Object.keys(before as object).map((name) => [name, null])), ...(after as object) };
    const reached = mergePatch(before, patch) as object;
    t.deepEqual(Object.keys(reached).sort(), Object.keys(after as object).sort());
    t.true(jsonEqual(mergePatch(reached, patch), reached));
  }), { numRuns: 300 });
});
