/**
 * Our own short descriptions of everything in a TMF document: from the terms where
 * a name has one, else from rules on the name. Deterministic, no prose of the
 * official documents is read or copied.
 */
import { refName, type Schema } from '../openapi.ts';
import type { FactOperation, FactParameter } from './facts.ts';
import { propertyTerms } from './property-terms.ts';
import { schemaNouns, schemaTerms } from './schema-terms.ts';
import { phrase, plural, sentence, withArticle } from './words.ts';

/** Endings of notification names, longest first, with what happened. */
const happenings: [suffix: string, what: string][] = [
  ['AttributeValueChangeEvent', 'has changed attributes'],
  ['InformationRequiredEvent', 'needs more information'],
  ['StatusChangeEvent', 'has changed status'],
  ['StateChangeEvent', 'has changed state'],
  ['MilestoneEvent', 'has reached a milestone'],
  ['ResolvedEvent', 'was resolved'],
  ['JeopardyEvent', 'may miss its date'],
  ['CreateEvent', 'was created'],
  ['DeleteEvent', 'was deleted'],
  ['BatchEvent', 'changed in a batch'],
];

const statuses: Record<string, string> = {
  200: 'Success.',
  201: 'Created.',
  202: 'Accepted; the work goes on after this answer.',
  204: 'Done; there is nothing to return.',
  400: 'The request is malformed or breaks the schema.',
  401: 'The caller is not authenticated.',
  403: 'The caller may not do this.',
  404: 'There is no such resource.',
  405: 'The resource does not have this method.',
  409: 'The request conflicts with the state of the resource.',
  500: 'The server failed.',
  501: 'The server does not support this.',
  503: 'The server cannot answer now.',
  default: 'Any other failure.',
};

const parameters: Record<string, string> = {
  fields: 'Attributes to return, separated by commas; all when absent.',
  offset: 'How many matching resources to skip; 0 when absent.',
  limit: 'How many resources to return at most.',
};

const headers: Record<string, string> = {
  'X-Result-Count': 'Number of resources in this answer.',
  'X-Total-Count': 'Number of resources that match the filter.',
};

/** `GET /productOrder` → "List product orders". */
export function describeOperation(operation: FactOperation): string {
  const { path, method, operationId } = operation;
  if (path === '/hub') return 'Subscribe to notifications';
  if (path.startsWith('/hub/')) return 'End a subscription to notifications';
  const resource = phrase(path.split('/')[1] ?? operationId);
  if (path.startsWith('/listener/')) return `Receive notice that ${happened(path.split('/')[2] ?? operationId)}`;
  if (method === 'get') return path.endsWith('}') ? `Retrieve ${withArticle(resource)}` : `List ${plural(resource)}`;
  return `${{ post: 'Create', patch: 'Change', put: 'Replace', delete: 'Delete' }[method as string] ?? phrase(method)} ${withArticle(resource)}`;
}

/** `catalogCreateEvent` → "a catalog was created". */
function happened(eventName: string): string {
  const [suffix, what] = happenings.find(([ending]) => eventName.endsWith(ending)) ?? ['Event', 'was the subject of an event'];
  return `${withArticle(phrase(eventName.slice(0, -suffix.length)))} ${what}`;
}

export function describeTag(tag: string): string {
  if (tag === 'events subscription') return 'Subscriptions to notifications.';
  if (tag.startsWith('notification listeners')) return 'Served by the client: where its callback receives notifications.';
  return sentence(`operations on ${plural(phrase(tag))}`);
}

export function describeParameter(parameter: FactParameter, path: string): string {
  if (parameter.in !== 'path') return parameters[parameter.name] ?? sentence(phrase(parameter.name));
  const resource = path.startsWith('/hub/') ? 'subscription' : phrase(path.split('/')[1] ?? 'resource');
  return `Identifier of the ${resource}.`;
}

export function describeHeader(name: string): string {
  return headers[name] ?? sentence(phrase(name.replaceAll('-', ' ')));
}

export function describeStatus(status: string): string {
  return statuses[status] ?? `Answer with status ${status}.`;
}

/** One sentence on what a schema stands for. */
export function describeSchema(name: string, schema: Schema): string {
  const known = schemaTerms[name];
  if (known) return known;
  if (name.endsWith('_Create')) return `What a client sends to create ${withArticle(fullNoun(name))}.`;
  if (name.endsWith('_Update')) return `What a client may change of ${withArticle(fullNoun(name))}.`;
  if (name.endsWith('EventPayload')) return `Body of the notification that ${happened(name.slice(0, -'Payload'.length))}.`;
  if (name.endsWith('Event')) return `Notification that ${happened(name)}.`;
  if (schema.enum) return describeStates(name);
  if (name.endsWith('RefOrValue')) return sentence(`${withArticle(fullNoun(name))}, referred to or given in place`);
  if (name.endsWith('Ref')) return `Reference to ${withArticle(fullNoun(name))} kept elsewhere.`;
  if (name.endsWith('Relationship')) return `Link to another ${phrase(name.slice(0, -'Relationship'.length))}, with the kind of relationship.`;
  return sentence(withArticle(phrase(name)));
}

function describeStates(name: string): string {
  const subject = name.replace(/Type$/, '').replace(/Example$/, '');
  const [, noun, what] = /^(.*?)(State|Status)$/.exec(subject) ?? [];
  if (!noun) return `Values of ${phrase(subject)}.`;
  return `${what === 'State' ? 'States' : 'Statuses'} ${withArticle(phrase(noun))} can be in.`;
}

/** The thing a schema is about, in full: `ProductOrder_Create` → "product order". */
function fullNoun(name: string): string {
  return phrase(name.replace(/(_Create|_Update|RefOrValue|Ref)$/, ''));
}

/** The thing as its own properties call it: `PartyInteraction_Create` → "interaction". */
function nounOf(schemaName: string): string {
  const subject = schemaName.replace(/(_Create|_Update)$/, '');
  if (subject.endsWith('Event')) return 'notification';
  return schemaNouns[subject] ?? schemaNouns[subject.replace(/(RefOrValue|Ref)$/, '')] ?? fullNoun(subject);
}

/** One sentence on what a property of a schema means. */
export function describeProperty(schemaName: string, property: string, schema: Schema): string {
  const noun = nounOf(schemaName);
  const own = propertyTerms[`${schemaName}.${property}`];
  if (own) return fill(own, noun);
  return byRole(schemaName, property, noun) ?? fill(propertyTerms[property] ?? byRule(property, schema), noun);
}

function fill(text: string, noun: string): string {
  return text.replaceAll('{it}', noun);
}

/** What a property says because of the kind of schema it is in. */
function byRole(schemaName: string, property: string, noun: string): string | undefined {
  if (schemaName.endsWith('EventPayload')) return `The ${phrase(property)} as of the event.`;
  if (/InformationRequiredEvent$/.test(schemaName) && property === 'fieldPath') return 'Path of the attribute that is missing.';
  if (/Relationship$/.test(schemaName)) return inRelationship(property);
  if (!/^Related|Ref$/.test(schemaName)) return undefined;
  if (property === 'id') return `Identifier of the ${noun} referred to.`;
  if (property === 'href') return `Link to the ${noun} referred to.`;
  return undefined;
}

const ofRelationship: Record<string, string> = {
  id: 'Identifier of the other one.',
  href: 'Link to the other one.',
  name: 'Name of the other one.',
  role: 'Part that the other one plays in the relationship.',
  validFor: 'Period in which the relationship holds.',
};

function inRelationship(property: string): string | undefined {
  return ofRelationship[property];
}

/** What a name without a term tells: its suffix, or the schema it refers to. */
function byRule(property: string, schema: Schema): string {
  const words = phrase(property);
  if (schema.format === 'date-time') return `When it came to the ${words.replace(/ date$/, '')}.`;
  if (schema.type === 'boolean') return `Whether ${words.replace(/^is /, 'it is ')}.`;
  const item = refName(schema.items);
  if (item) return `The ${plural(fullNoun(item))} of the {it}.`;
  return refName(schema) ? `The ${words} of the {it}.` : sentence(`${words} of the {it}`);
}
