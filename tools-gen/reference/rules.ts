/** Which rules of the policy catalogue can refuse an operation. */
import type { Operation, OperationKind } from '#runtime/operation';
import type { SpecOperation } from '../openapi.ts';
import type { RuleText } from '../recordings.ts';

/**
 * TM Forum documents know no rules, so theirs follow from area and verb: the middle part of a code is the
 * step it guards, and this table says in which kind of write of a resource that step happens.
 */
const kindsOfVerb: Readonly<Record<string, readonly OperationKind[]>> = {
  create: ['create', 'hub-create'], open: ['create'], record: ['create'], charge: ['create'], guide: ['create'], rate: ['create'], apply: ['create'], on_demand: ['create'],
  add: ['create'], contact: ['create', 'patch'], launch: ['create', 'patch'], window: ['create', 'patch'], price: ['create', 'patch'],
  patch: ['patch'], update: ['patch'], activate: ['patch'], suspend: ['patch'], close: ['patch'], assign: ['patch'], cancel: ['patch'], reject: ['patch'],
  resolve: ['patch'], start: ['patch'], transition: ['patch', 'delete'], delete: ['delete'],
};

/** Whether it can refuse every operation: who calls, how often, and under which key. */
export const isGeneral = ({ code }: RuleText): boolean => /^(auth|idempotency)\./.test(code);

/** Codes of the rules, in the order of the catalogue; own operations name theirs as `x-rules`. */
export function rulesOf(row: Operation, operation: SpecOperation, catalogue: readonly RuleText[]): string[] {
  const named = operation['x-rules'];
  if (Array.isArray(named)) return named.map(String);
  if (!row.api.startsWith('TMF') || row.readonly) return [];
  return catalogue.map(({ code }) => code).filter((code) => guards(code, row));
}

function guards(code: string, { area, kind, resource }: Operation): boolean {
  const [ofArea, verb = ''] = code.split('.');
  if (ofArea !== area) return false;
  // cancelProductOrder and cancelServiceOrder are created to cancel another resource.
  if (resource?.startsWith('cancel')) return verb === 'cancel' && kind === 'create';
  return kindsOfVerb[verb]?.includes(kind) ?? false;
}
