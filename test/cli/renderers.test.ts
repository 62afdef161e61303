import test, { type ExecutionContext } from 'ava';
import type { Look } from '#cli/renderers/look';
import { displayWidth } from '#cli/renderers/text';
import { bareCards, cards } from './cards.ts';
import { cjk, hostile, looks, overlong, plain } from './fixtures.ts';

const colors = /\x1b\[\d+m/g;
const uncolored = (text: string): string => text.replaceAll(colors, '');

const named = ({ width, unicode, color }: Look): string => `${width} columns, ${unicode ? 'Unicode' : 'ASCII'}${color ? ', colour' : ''}`;

/** What holds for every card in every look. */
function assertWellDrawn(t: ExecutionContext, draw: (look: Look) => string, look: Look): void {
  const text = draw(look);
  const bare = uncolored(text);
  t.true(text.endsWith('\n'), named(look));
  for (const line of text.split('\n')) t.true(displayWidth(line) <= look.width, `${named(look)}: wider than the terminal: ${line}`);
  t.notRegex(bare.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, `${named(look)}: control signs`);
  if (!look.color) t.is(text, bare, `${named(look)}: colours although none were asked for`);
  else {
    t.is(bare, draw({ ...look, color: false }), `${named(look)}: colour says more than the text`);
    for (const line of text.split('\n')) t.true((line.match(colors) ?? []).length === 0 || line.lastIndexOf('\x1b[0m') === line.lastIndexOf('\x1b'), `${named(look)}: a colour stays on: ${JSON.stringify(line)}`);
  }
}

for (const [name, draw] of Object.entries(cards)) {
  test(`${name}: looks the same as ever in every terminal`, (t) => {
    for (const look of looks) {
      assertWellDrawn(t, (one) => draw('Ada Lim', one), look);
      t.snapshot(`\n${draw('Ada Lim', look)}`, named(look));
    }
    t.regex(draw('Ada Lim', plain), /^[\x20-\x7e\n]*$/, 'ASCII means ASCII');
  });

  test(`${name}: stands overlong, wide and hostile text`, (t) => {
    for (const [kind, text] of Object.entries({ overlong, cjk, hostile })) {
      for (const look of [...looks, { ...plain, width: 60 }]) assertWellDrawn(t, (one) => draw(text, one), look);
      t.snapshot(`\n${draw(text, plain)}`, kind);
    }
    t.false(draw(hostile, plain).includes('evil'), 'a link that was hidden in a name');
  });
}

for (const [name, draw] of Object.entries(bareCards)) {
  test(`${name}: says so when there is nothing to show`, (t) => {
    for (const look of looks) assertWellDrawn(t, draw, look);
    t.snapshot(`\n${draw(plain)}`, named(plain));
  });
}

test('below 60 columns there are plain lines without a frame', (t) => {
  const look = { ...plain, width: 59 };
  for (const [name, draw] of Object.entries(cards)) t.notRegex(draw('Ada Lim', look), /^[+|]/m, name);
  t.is(cards['number pool']?.('', look), 'Number pool: prefix 9000\n##################..  912 free   3 reserved   81 assigned   4 quarantined\n');
});
