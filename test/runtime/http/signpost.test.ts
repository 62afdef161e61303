import test from 'ava';
import { signpost } from '#runtime/http/signpost';

test('a path of another service is sent there', (t) => {
  t.is(signpost('billing', '/tmf-api/productOrderingManagement/v4/productOrder'), '/tmf-api/productOrderingManagement/v4/productOrder is no path of billing: com answers it.');
});

test('a path in another case is named as it is spelt', (t) => {
  t.is(signpost('com', '/tmf-api/productorderingmanagement/v4/productorder/ORD-001'), '/tmf-api/productorderingmanagement/v4/productorder/ORD-001 is no path of com. Did you mean /tmf-api/productOrderingManagement/v4/productOrder/{id}?');
  t.regex(signpost('com', '/tmf-api/payment/v4/PAYMENT'), /: payment answers it\.$/);
});

test('a base path that nobody has is answered with those of the service', (t) => {
  const text = signpost('payment', '/tmp-api/payment/v4/refund');
  for (const base of ['/tmf-api/payment/v4', '/payment/v4', '/bss-api/payment/v1']) t.true(text.includes(base), base);
  t.true(text.endsWith('/docs lists them all.'));
  t.false(text.includes('troubleTicket'));
});

test('a resource that an API does not have is looked up in its reference', (t) => {
  t.is(signpost('com', '/tmf-api/productOrderingManagement/v4/order'), '/tmf-api/productOrderingManagement/v4/order is no path of com. /docs lists them all.');
  t.is(signpost('com', '/bss-api/admin/v1/clocks'), '/bss-api/admin/v1/clocks is no path of com. /docs lists them all.');
});
