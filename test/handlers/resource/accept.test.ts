import test from 'ava';
import { accept } from '#handlers/resource/document';

test('a verdict is ours to pass: one that a client posts is not taken over', (t) => {
  const body = { id: 'ORD-999', description: 'mine', policyViolation: { reason: 'order.create.offering_missing' } };
  t.deepEqual(accept({ key: 'TMF622.productOrder', extensions: ['policyViolation'] }, body), { description: 'mine' });
});

test('where no verdict is shown the member is one like any other', (t) => {
  const body = { name: 'Shelf', policyViolation: 'of theirs' };
  t.deepEqual(accept({ key: 'TMF620.category' }, body), body);
});

test('a value that a document spells with a trailing blank is kept without it, wherever it stands', (t) => {
  const item = (status: string) => ({ id: '1', product: { status, productRelationship: [{ product: { status } }] } });
  const accepted = accept({ key: 'TMF622.productOrder' }, { category: 'aborted ', productOrderItem: [item('aborted '), item('active'), item('constructor')] });
  t.deepEqual(accepted, { category: 'aborted ', productOrderItem: [item('aborted'), item('active'), item('constructor')] });
});
