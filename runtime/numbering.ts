import { randomHex } from './ids.ts';

/** The operator's numbering plan, taken from the configuration (DOMAIN §11). */
export interface NumberingPlan {
  readonly countryCode: string;
  readonly msisdnLength: number;
}

export interface ProfilePlan {
  readonly countryCode: string;
  readonly iccidIssuer: string;
  readonly plmn: string;
}

/**
 * National digits of a number written in any usual way: `+65 9000 0042`, `6590000042` and
 * `90000042` are one number (DOMAIN §9). Null when the digits fit no number of the plan.
 */
export function nationalNumber(written: string, plan: NumberingPlan): string | null {
  if (!/^\+?[\d ().-]{1,32}$/.test(written)) return null;
  const digits = written.replace(/\D/g, '');
  if (digits.length === plan.msisdnLength && !written.startsWith('+')) return digits;
  const international = digits.startsWith(plan.countryCode) && digits.length === plan.countryCode.length + plan.msisdnLength;
  return international ? digits.slice(plan.countryCode.length) : null;
}

/** E.164 form (ITU-T E.164 §6) of a contact phone; a national number gets the country code. Null when it is none. */
export function e164Number(written: string, plan: NumberingPlan): string | null {
  const national = nationalNumber(written, plan);
  if (national !== null) return `+${plan.countryCode}${national}`;
  if (!/^\+[\d ().-]{7,32}$/.test(written)) return null;
  const digits = written.replace(/\D/g, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
}

/** Check digit over a string of digits (ISO/IEC 7812-1, "Luhn"). */
export function luhnDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

/** ICCID of a serial (ITU-T E.118): 89, country, issuer, 12 digits of serial, check digit. */
export function iccidOf(serial: number, plan: ProfilePlan): string {
  const body = `89${plan.countryCode}${plan.iccidIssuer}${String(serial).padStart(12, '0')}`;
  return `${body}${luhnDigit(body)}`;
}

export const isIccid = (iccid: string): boolean => /^89\d{17}$/.test(iccid) && luhnDigit(iccid.slice(0, -1)) === Number(iccid.at(-1));

/** IMSI of a serial: PLMN and ten digits (3GPP TS 23.003 §2.2). */
export const imsiOf = (serial: number, plan: ProfilePlan): string => `${plan.plmn}${String(serial).padStart(10, '0')}`;

/** EID: 32 digits starting 89 that leave remainder 1 modulo 97 (GSMA SGP.29 §3). */
export const isEid = (eid: string): boolean => /^89\d{30}$/.test(eid) && BigInt(eid) % 97n === 1n;

/** The EID with its two check digits for 30 leading digits. */
export function eidOf(leading: string): string {
  const check = 98n - (BigInt(`${leading}00`) % 97n);
  return `${leading}${String(check).padStart(2, '0')}`;
}

/** A new matching id, 64 random bits as four groups of hex (GSMA SGP.22 §4.1). */
export const newMatchingId = (): string => randomHex(8).toUpperCase().match(/.{4}/g)!.join('-');

/** LPA activation code (GSMA SGP.22 §4.1). */
export const activationCodeOf = (smdpAddress: string, matchingId: string): string => `LPA:1$${smdpAddress}$${matchingId}`;
