/** The types of tool arguments, AGENT-AND-CLI.md §1 "values": `x_id` takes only its own prefix. */
import type { Spec } from './load-spec.ts';
import { SpecError } from './spec-error.ts';

/** JSON Schema of one argument, with everything that can be checked before a call. */
export interface ArgumentSchema {
  type: 'string' | 'integer' | 'number' | 'boolean';
  description: string;
  pattern?: string;
  format?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
}

const id = (prefix: string, what: string): ArgumentSchema =>
  ({ type: 'string', pattern: `^${prefix}-\\d{3,}$`, description: `${what}, e.g. ${prefix}-014.` });
const chosen = (what: string, example: string): ArgumentSchema =>
  ({ type: 'string', pattern: '^[A-Z][A-Z0-9_]{2,63}$', description: `${what}, e.g. ${example}.` });
const text = (max: number, description: string): ArgumentSchema => ({ type: 'string', minLength: 1, maxLength: max, description });
const form = (pattern: string, description: string): ArgumentSchema => ({ type: 'string', pattern, description });

const argumentTypes: Readonly<Record<string, ArgumentSchema>> = {
  customer_id: id('CUST', 'Customer'), agent_id: id('AGT', 'Member of staff'), medium_id: id('CM', 'Contact medium'),
  ticket_id: id('TKT', 'Trouble ticket'), case_id: id('CASE', 'Case'), order_id: id('ORD', 'Product order'), service_order_id: id('SO', 'Service order'),
  service_id: id('SVC', 'Service'), task_id: id('PTK', 'Network task'), subscription_id: id('SUB', 'Line'),
  payment_id: id('PAY', 'Payment'), method_id: id('PM', 'Card on file'), bill_id: id('BILL', 'Bill'),
  offering_id: chosen('Offering', 'PLAN_M'), price_id: chosen('Price', 'PRICE_PLAN_M'),
  uuid: { type: 'string', format: 'uuid', description: 'Identifier of a message or event.' },
  name: text(120, 'Name.'), text: text(500, 'Short text.'), long_text: text(4000, 'Text.'), token: text(2048, 'Token of a provider.'),
  email: { type: 'string', format: 'email', maxLength: 254, description: 'E-mail address.' },
  phone: form('^\\+[1-9]\\d{6,14}$', 'Phone number in E.164 form, e.g. +6590001234.'),
  msisdn: form('^\\+?[0-9][0-9 ]{3,19}$', 'Mobile number, E.164 or national, e.g. 90000005.'),
  iccid: form('^89\\d{17}$', 'eSIM profile, 19 digits.'),
  digits: form('^\\d{1,15}$', 'Leading digits of a number.'),
  card: form('^(tok_[A-Za-z0-9_]{4,64}|\\d{13,19})$', 'Card token, or the number of a rehearsal card.'),
  amount: form('^\\d{1,7}(\\.\\d{1,2})?$', 'Amount in major units, e.g. 25.00.'),
  currency: form('^[A-Z]{3}$', 'ISO 4217 code; the operator\'s unless given.'),
  instant: { type: 'string', format: 'date-time', description: 'Moment, RFC 3339, e.g. 2026-11-22T09:00:00Z.' },
  date: { type: 'string', format: 'date', description: 'Day, e.g. 1990-04-11.' },
  duration: form('^[1-9]\\d{0,5}[dhms]$', 'Length of time: 30d, 1h, 15m or 45s.'),
  count: { type: 'integer', minimum: 1, maximum: 100_000, description: 'Whole number.' },
  positive: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000_000, description: 'Amount of the unit.' },
  probability: { type: 'number', minimum: 0, maximum: 1, description: 'Between 0, never, and 1, always.' },
  boolean: { type: 'boolean', description: 'Yes or no.' },
  limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Rows wanted.' },
  offset: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Rows to skip.' },
};

/** The schema of an argument as specs/tools.yaml writes its type. Throws SpecError for one that is not there. */
export function argumentSchema(tool: string, type: string | string[], specs: readonly Spec[]): ArgumentSchema {
  if (Array.isArray(type)) return { type: 'string', enum: type, description: 'One of the values.' };
  const known = argumentTypes[type];
  if (known) return known;
  const [api, name] = type.split('#');
  const schema = specs.find((spec) => spec.api === api)?.document.components.schemas[name ?? ''];
  const values = schema?.enum?.map((value) => String(value).trim());
  if (!values) throw new SpecError(`specs/tools.yaml: ${tool} has an argument of the unknown type ${type}`);
  return { type: 'string', enum: [...new Set(values)], description: schema?.description ?? 'One of the values.' };
}
