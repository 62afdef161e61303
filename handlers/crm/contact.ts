import type { MediumType } from '#policy/customer';
import { e164Number, type NumberingPlan } from '#runtime/numbering';
import type { Document } from '../resource/resource.ts';

/** A live row of `crm.contact_medium`. */
export interface LiveMedium {
  readonly id: string;
  readonly mediumType: MediumType;
  /** Null for a postal address. */
  readonly value: string | null;
  readonly validFrom: Date;
}

/** An entry of TMF629 `contactMedium` that we understand. */
export interface Medium {
  readonly mediumType: MediumType;
  readonly value: string | null;
  readonly valid: boolean;
  /** The entry with its value in our form. */
  readonly entry: Document;
}

/** The kinds of DOMAIN §9 "TMF carriers", however a client spells them. */
const kinds: Readonly<Record<string, MediumType>> = {
  email: 'email', emailaddress: 'email', phone: 'phone', phonenumber: 'phone', telephonenumber: 'phone', telephone: 'phone', mobile: 'phone',
  mobilephone: 'phone', postaladdress: 'postalAddress', address: 'postalAddress',
};

/** RFC 5321 §4.5.3.1 lengths and a dot in the domain; whether somebody reads it, only a mail can tell. */
const emailForm = /^[^\s@"(),:;<>[\\\]]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

const isEmail = (text: string): boolean => text.length <= 254 && emailForm.test(text);

/** Null for a kind of medium we do not know: it is kept as it came and reaches nobody. */
export function mediumOf(entry: Document, plan: NumberingPlan): Medium | null {
  const mediumType = kinds[String(entry['mediumType'] ?? '').replace(/[\s_-]/g, '').toLowerCase()];
  if (!mediumType) return null;
  const characteristic = (entry['characteristic'] ?? {}) as Document; // an object, by its schema
  if (mediumType === 'email') return emailOf(entry, characteristic);
  if (mediumType === 'phone') return phoneOf(entry, characteristic, plan);
  const valid = ['street1', 'street2', 'city', 'postCode'].some((name) => filled(characteristic[name]));
  return { mediumType, value: null, valid, entry };
}

const filled = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function emailOf(entry: Document, characteristic: Document): Medium {
  const written = filled(characteristic['emailAddress']) ? characteristic['emailAddress'].trim() : '';
  return { mediumType: 'email', value: written, valid: isEmail(written), entry: { ...entry, characteristic: { ...characteristic, emailAddress: written } } };
}

function phoneOf(entry: Document, characteristic: Document, plan: NumberingPlan): Medium {
  const written = filled(characteristic['phoneNumber']) ? characteristic['phoneNumber'].trim() : '';
  const value = e164Number(written, plan);
  return { mediumType: 'phone', value: value ?? written, valid: value !== null, entry: { ...entry, characteristic: { ...characteristic, phoneNumber: value ?? written } } };
}

/** What becomes of the live media of a customer when its `contactMedium` is to be `entries`. */
export interface MediaPlan {
  readonly kept: readonly { readonly live: LiveMedium; readonly medium: Medium }[];
  readonly changed: readonly { readonly live: LiveMedium; readonly medium: Medium }[];
  readonly added: readonly Medium[];
  readonly removed: readonly LiveMedium[];
  /** Every entry in its place: a JSON Patch counts them. */
  readonly shown: readonly ShownMedium[];
}

/** An entry as it is kept; one of a kind we do not know, or that only says again what another says, is no medium of its own. */
export interface ShownMedium {
  readonly entry: Document;
  readonly medium: Medium | null;
}

/** An entry stands for a live medium when it carries its id or its value; a value counts once. */
export function planMedia(live: readonly LiveMedium[], entries: readonly Document[], plan: NumberingPlan): MediaPlan {
  const kept: { live: LiveMedium; medium: Medium }[] = [];
  const changed: { live: LiveMedium; medium: Medium }[] = [];
  const added: Medium[] = [];
  const shown: ShownMedium[] = [];
  const free = new Set(live);
  for (const entry of entries) {
    const medium = mediumOf(entry, plan);
    const counts = medium !== null && !repeated(medium, [...kept, ...changed].map((one) => one.medium), added);
    shown.push({ entry: medium?.entry ?? entry, medium: counts ? medium : null });
    if (!counts) continue;
    const match = [...free].find((one) => one.mediumType === medium.mediumType && (one.id === entry['id'] || sameValue(one.value, medium.value)));
    if (match) free.delete(match);
    if (!match) added.push(medium);
    else (match.value === medium.value ? kept : changed).push({ live: match, medium });
  }
  return { kept, changed, added, removed: [...free], shown };
}

const sameValue = (one: string | null, other: string | null): boolean => one !== null && other !== null && one.toLowerCase() === other.toLowerCase();

const repeated = (medium: Medium, ...before: readonly (readonly Medium[])[]): boolean =>
  before.flat().some((one) => one.mediumType === medium.mediumType && sameValue(one.value, medium.value));
