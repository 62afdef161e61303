import { UsageError } from 'clipanion';
import type { components } from '#generated/types/TMF635';
import { keyed, ok } from '#runtime/client';
import { elapsedMs, isoTime, sleep } from '#runtime/clock';
import { uuidv7 } from '#runtime/ids';
import { toBase, type BaseUnit } from '#runtime/quantity';
import { oneOf } from '../choice.ts';
import { remoteFailure } from '../failure.ts';
import { momentOf } from '../moment.ts';
import type { Session } from '../session.ts';

export type Usage = components['schemas']['Usage'];

export interface Used {
  readonly msisdn: string;
  readonly kind: string;
  readonly quantity: string;
  readonly unit: string | undefined;
  readonly roaming: boolean;
  readonly at: string | undefined;
  readonly reference: string | undefined;
}

const kinds = ['data', 'voice', 'sms'] as const;
const baseUnits: Readonly<Record<(typeof kinds)[number], BaseUnit>> = { data: 'byte', voice: 'second', sms: 'message' };
const specifications = { data: 'USPEC_DATA', voice: 'USPEC_VOICE', sms: 'USPEC_SMS' } as const;

/** States in which a record stays (DOMAIN §4 "Usage"). */
const finalStates = new Set(['billed', 'rejected']);
const waitMsMax = 5_000;
const pollMs = 40;

/**
 * TMF635 usage in base units with its characteristics (DOMAIN §3).
 * @throws UsageError for an unknown kind, or a quantity that is not whole in base units of the kind
 */
export function usageBody(used: Used, at: string, reference: string) {
  const kind = oneOf(used.kind, kinds, 'The kind of usage');
  const base = toBase(Number(used.quantity), used.unit ?? baseUnits[kind]);
  if (!base || base.unit !== baseUnits[kind]) {
    throw new UsageError(`${[used.quantity, used.unit].filter(Boolean).join(' ')} is no quantity of ${kind}: say for example 1.5 gb, 300 mb, 10 min, 3 message.`);
  }
  const characteristics = { msisdn: used.msisdn, eventType: kind, quantity: base.quantity, unit: base.unit, roaming: used.roaming, rawCdrRef: reference, source: 'cli' };
  return {
    usageDate: at, usageType: kind, usageSpecification: { id: specifications[kind] },
    usageCharacteristic: Object.entries(characteristics).map(([name, value]) => ({ name, value: value as never })), // the document allows any JSON value
  };
}

/** Reports usage and waits until it is billed or rejected. @throws RemoteError when it is refused at once */
export async function reportUsage({ clients }: Pick<Session, 'clients'>, body: ReturnType<typeof usageBody>, key: string, waitMs = waitMsMax): Promise<Usage> {
  const begin = elapsedMs();
  let usage = await ok(clients.TMF635.POST('/usage', { body, ...keyed(key) }));
  while (!finalStates.has(usage.status ?? '') && elapsedMs() - begin < waitMs) {
    await sleep(pollMs);
    usage = await ok(clients.TMF635.GET('/usage/{id}', { params: { path: { id: usage.id ?? '' } } }));
  }
  return usage;
}

/** `bss usage simulate`. @returns the exit code: 4 when a rule rejected the record */
export async function simulateUsage(session: Session, used: Used): Promise<number> {
  const at = used.at === undefined ? isoTime(await session.businessTime()) : momentOf(used.at);
  const body = usageBody(used, at, used.reference ?? `cli-${uuidv7()}`);
  if (session.dryRun) return session.show(session.clients.TMF635.POST('/usage', { body, ...session.once }));
  const usage = await reportUsage(session, body, session.once.headers['Idempotency-Key']);
  await session.output.show(usage);
  if (!finalStates.has(usage.status ?? '')) session.output.say(`still ${usage.status ?? 'received'}; bss usage history tells later`);
  return usage.status === 'rejected' ? tellRule(session, usage) : 0;
}

/** The rule that rejected a record travels as an extension (DOMAIN §1 "Wide intake"). */
async function tellRule({ output }: Session, usage: Usage): Promise<number> {
  const { policyViolation } = usage as { policyViolation?: Readonly<Record<string, unknown>> }; // own extension, absent on most records
  if (!policyViolation) return 4;
  return output.fail(remoteFailure(422, { '@type': 'PolicyViolation', ...policyViolation }));
}
