import test from 'ava';
import { access } from '#policy/access';
import { PolicyViolation, type ApiError } from '#runtime/errors';

const facts = { operation: 'TMF622.createProductOrder', identity: 'portal_csr' };

/** What a refusal at the door must say: rule, status, ids and a way out (DOMAIN §6, §10). */
const table: readonly [error: ApiError, rule: string, status: number, code: string, context: object][] = [
  [access.tokenMissing({ operation: facts.operation }), 'auth.token.missing', 401, 'UNAUTHENTICATED', { operation: facts.operation, identity: null }],
  [access.tokenInvalid({ operation: facts.operation }), 'auth.token.invalid', 401, 'UNAUTHENTICATED', { operation: facts.operation, identity: null }],
  [access.roleInsufficient({ ...facts, role: 'csr', required: ['admin', 'system'] }), 'auth.role.insufficient', 403, 'FORBIDDEN', { ...facts, role: 'csr', required: ['admin', 'system'] }],
  [access.adminDisabled(facts), 'admin.call.disabled', 403, 'FORBIDDEN', facts],
  [access.rateLimited({ ...facts, customerId: 'CUST-001', limit: 60, retryAfter: 3 }), 'auth.rate.limited', 429, 'TOO_MANY_REQUESTS', { ...facts, customerId: 'CUST-001', limit: 60, retryAfter: 3 }],
  [access.keyReused({ ...facts, key: 'k' }), 'idempotency.key.reused', 422, 'POLICY_VIOLATION', { ...facts, key: 'k' }],
  [access.keyInFlight({ ...facts, key: 'k', retryAfter: 1 }), 'idempotency.key.in_flight', 409, 'CONFLICT', { ...facts, key: 'k', retryAfter: 1 }],
];

for (const [error, rule, status, code, context] of table) {
  test(`${rule} is answered with ${status}, what it looked at and what to do`, (t) => {
    if (!(error instanceof PolicyViolation)) return t.fail('no refusal by a rule');
    t.deepEqual([error.rule, error.status, error.code as string], [rule, status, code]);
    t.deepEqual(error.context, context as typeof error.context);
    t.true(error.fix.length > 0 && error.fix.every(({ hint }) => hint.length > 5));
    t.true(error.message.endsWith('.'), error.message);
  });
}

test('a role that is refused reads which one would do', (t) => {
  const error = access.roleInsufficient({ ...facts, role: 'csr', required: ['supervisor', 'admin'] }) as PolicyViolation; // as above
  t.is(error.message, 'The role csr may not call TMF622.createProductOrder.');
  t.regex(error.fix[0]?.hint ?? '', /supervisor or admin/);
});
