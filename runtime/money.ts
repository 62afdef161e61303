/** Money is integer minor units of one ISO 4217 currency; `{unit, value}` on the wire (DOMAIN §1 "Values"). */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** TMF Money: `value` in major units. */
export interface WireMoney {
  readonly unit: string;
  readonly value: number;
}

export const money = (amountMinor: number, currency: string): Money => {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`money needs whole minor units, not ${amountMinor}`);
  return { amountMinor, currency };
};

/** Minor digits by ISO 4217; two unless listed. */
const minorDigits: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, VND: 0, BHD: 3, KWD: 3, OMR: 3, TND: 3 };

const factor = (currency: string): number => 10 ** (minorDigits[currency] ?? 2);

/** How many minor units make a major one, as SQL; `currency` is an expression. */
export const minorUnitsSql = (currency: string): string =>
  `CASE ${currency} ${Object.keys(minorDigits).map((code) => `WHEN '${code}' THEN ${factor(code)}.0`).join(' ')} ELSE 100.0 END`;

export const toWireMoney = (m: Money): WireMoney => ({ unit: m.currency, value: m.amountMinor / factor(m.currency) });

/** Returns null when the value is not a whole number of minor units. */
export function fromWireMoney(wire: { unit?: string; value?: number }, fallbackCurrency: string): Money | null {
  const currency = wire.unit ?? fallbackCurrency;
  const scaled = (wire.value ?? Number.NaN) * factor(currency);
  const amountMinor = Math.round(scaled);
  if (!Number.isSafeInteger(amountMinor) || Math.abs(scaled - amountMinor) > 1e-6) return null;
  return { amountMinor, currency };
}

/** `SGD 25.00`. */
export const formatMoney = (m: Money): string =>
  `${m.currency} ${(m.amountMinor / factor(m.currency)).toFixed(minorDigits[m.currency] ?? 2)}`;

/** Tax contained in a tax-inclusive price (DOMAIN §9): net = round-half-up(p·10000/(10000+r)), tax = p − net. */
export function includedTax(amountMinor: number, rateBp: number): number {
  const magnitude = Math.abs(amountMinor);
  const net = Math.floor((magnitude * 20000 + (10000 + rateBp)) / (2 * (10000 + rateBp)));
  return Math.sign(amountMinor) * (magnitude - net);
}
