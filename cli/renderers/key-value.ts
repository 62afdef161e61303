import { card } from './card.ts';
import { painted, type Look } from './look.ts';
import { clean, displayWidth, padEnd } from './text.ts';
import { anyText, moneyText } from './values.ts';

/** Members every resource has and nobody looks for in a card. */
const quiet = new Set(['href', '@type', '@baseType', '@schemaLocation']);

/** What people call a resource that has no card of its own. */
const titles: Readonly<Record<string, string>> = {
  CustomerLookup: 'Customer found', Msisdn: 'Number', ProvisioningTask: 'Network task', FaultRule: 'Fault', SweepRun: 'Sweep', Hub: 'Listener', PriceMigration: 'Price migration',
};

const titleOf = (type: unknown): string => titles[String(type)] ?? anyText(type ?? 'Result');

/** Any other resource: one line per member, the id in the top rule. */
export function renderKeyValue(value: Readonly<Record<string, unknown>>, look: Look, title = titleOf(value['@type'])): string {
  const members = Object.entries(value).filter(([key, member]) => !quiet.has(key) && key !== 'id' && member !== null && member !== undefined);
  const width = Math.max(0, ...members.map(([key]) => displayWidth(clean(key))));
  return card({
    title,
    marks: value['id'] === undefined ? [] : [anyText(value['id'])],
    lines: members.map(([key, member]) => `${painted(padEnd(clean(key), width), 'dim', look)}  ${memberText(member)}`),
  }, look);
}

/** A reference is read by what it refers to, a refusal by its rule, a price by its amount; anything larger as JSON. */
function memberText(member: unknown): string {
  if (isRefusal(member)) return anyText(member.reason);
  if (Array.isArray(member) && member.length > 0 && member.every(isReference)) return member.map(memberText).join(', ');
  if (isPrice(member)) return `${anyText(member.priceId)} ${moneyText(member.amount)}`;
  return anyText(isReference(member) ? member.id : member);
}

const isPrice = (member: unknown): member is { readonly priceId: unknown; readonly amount: { readonly unit?: string; readonly value?: number } } =>
  member !== null && typeof member === 'object' && 'priceId' in member && 'amount' in member && member.amount !== null && typeof member.amount === 'object';

const isReference = (member: unknown): member is { readonly id: string } =>
  member !== null && typeof member === 'object' && 'id' in member && typeof member.id === 'string';

const isRefusal = (member: unknown): member is { readonly reason: string } =>
  member !== null && typeof member === 'object' && '@type' in member && member['@type'] === 'PolicyViolation' && 'reason' in member && typeof member.reason === 'string';
