import test from 'ava';
import { BadRequest } from '#runtime/errors';
import { pageHeaders, pageOf, pageStatus } from '../../../handlers/resource/page.ts';

const config = { listDefaultLimit: 100, listMaxLimit: 1000 };

test('a client that asks for no part gets the default page, and nobody more than the maximum', (t) => {
  t.deepEqual(pageOf({}, config), { limit: 100, offset: 0, asked: false });
  t.deepEqual(pageOf({ limit: 5000 }, config), { limit: 1000, offset: 0, asked: true });
  t.deepEqual(pageOf({ limit: '0', offset: '7' }, config), { limit: 0, offset: 7, asked: true });
});

for (const query of [{ limit: '-1' }, { offset: '1.5' }, { limit: 'x' }, { offset: ['1', '2'] }, { offset: '9'.repeat(16) }]) {
  test(`${JSON.stringify(query)} is no page`, (t) => {
    t.throws(() => pageOf(query, config), { instanceOf: BadRequest });
  });
}

test('206 is for a client that asked for a part and has not seen the last row', (t) => {
  const page = { limit: 10, offset: 10, asked: true };
  t.is(pageStatus(page, 10, 21), 206);
  t.is(pageStatus(page, 10, 20), 200);
  t.is(pageStatus({ ...page, asked: false }, 10, 21), 200);
  t.is(pageStatus({ limit: 0, offset: 0, asked: true }, 0, 3), 206);
  t.is(pageStatus({ limit: 10, offset: 50, asked: true }, 0, 3), 200);
});

test('the links keep the filter and lead through all parts', (t) => {
  const query = { name: ['a b', 'c'], limit: 10, 'price>5': '' };
  const headers = pageHeaders({ limit: 10, offset: 10, asked: true }, query, 'http://h/x', 10, 35);
  t.is(headers['X-Total-Count'], '35');
  t.is(headers['X-Result-Count'], '10');
  const filter = 'name=a%20b&name=c&price%3E5=';
  t.deepEqual(headers['Link']?.split(', '), [
    `<http://h/x?${filter}&limit=10&offset=10>; rel="self"`, `<http://h/x?${filter}&limit=10&offset=0>; rel="first"`,
    `<http://h/x?${filter}&limit=10&offset=0>; rel="prev"`, `<http://h/x?${filter}&limit=10&offset=20>; rel="next"`,
    `<http://h/x?${filter}&limit=10&offset=30>; rel="last"`,
  ]);
});

test('a query that is too long to be repeated has no links, but its counts', (t) => {
  const headers = pageHeaders({ limit: 10, offset: 10, asked: true }, { fields: 'id,'.repeat(2_000) }, 'http://h/x', 10, 35);
  t.deepEqual(headers, { 'X-Total-Count': '35', 'X-Result-Count': '10' });
});

test('a list without further parts links to none', (t) => {
  const link = pageHeaders({ limit: 100, offset: 0, asked: false }, {}, 'http://h/x', 0, 0)['Link'];
  t.is(link, '<http://h/x?limit=100&offset=0>; rel="self", <http://h/x?limit=100&offset=0>; rel="first", <http://h/x?limit=100&offset=0>; rel="last"');
});
