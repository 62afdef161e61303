import test from 'ava';
import { alignedLines, type Column } from '#cli/renderers/table';
import { plain } from './fixtures.ts';

type Row = Readonly<Record<string, string>>;

const column = (head: string, more: Partial<Column<Row>> = {}): Column<Row> => ({ head, cell: (row) => row[head] ?? '-', ...more });
const columns = [column('id'), column('kind', { spare: true }), column('error', { flexible: true }), column('subject', { flexible: true })];
const at = (width: number, row: Row): string[] => alignedLines(columns, [row], { ...plain, width });

const row: Row = { id: 'A-1', kind: 'a long kind of case, wordy', error: 'E', subject: 'charged twice' };

test('columns stand as wide as their widest cell where there is room, else the flexible ones shrink', (t) => {
  t.deepEqual(at(53, row), ['id   kind                        error  subject', 'A-1  a long kind of case, wordy  E      charged twice']);
  t.is(at(50, row)[1], 'A-1  a long kind of case, wordy  E      charged t~');
});

test('where a row has no room, what says nothing goes first, then what can be spared', (t) => {
  t.deepEqual(at(47, { ...row, error: '-' }), ['id   kind                        subject', 'A-1  a long kind of case, wordy  charged twice']);
  t.deepEqual(at(47, row), ['id   error  subject', 'A-1  E      charged twice']);
  t.deepEqual(at(18, { ...row, error: '-' }), ['id   subject', 'A-1  charged twice']);
});

test('the last column may break between words instead of being cut', (t) => {
  const told = [column('id'), column('meaning', { flexible: true, wraps: true })];
  t.deepEqual(alignedLines(told, [{ id: 'A-1', meaning: 'when it was taken' }], { ...plain, width: 16 }), ['id   meaning', 'A-1  when it was', '     taken']);
});
