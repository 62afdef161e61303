import { formatQuantity, toBase } from '#runtime/quantity';
import { anyText } from './values.ts';

/** What a TMF635 usage carries of DOMAIN §3: msisdn, eventType, quantity, unit, roaming. */
interface Characterised {
  readonly usageCharacteristic?: unknown;
}

function characteristic({ usageCharacteristic: all }: Characterised, name: string): unknown {
  const found: unknown = Array.isArray(all) ? all.find((one: { name?: unknown }) => one.name === name) : undefined;
  return found !== null && typeof found === 'object' && 'value' in found ? found.value : undefined;
}

export const characteristicText = (usage: Characterised, name: string): string => anyText(characteristic(usage, name));

/** `4 GB`, `10 min`, `3`: the quantity as people say it; as it was reported when its unit is a foreign one. */
export function usedText(usage: Characterised): string {
  const [quantity, unit] = [characteristic(usage, 'quantity'), characteristic(usage, 'unit')];
  const base = typeof quantity === 'number' && typeof unit === 'string' ? toBase(quantity, unit) : null;
  return base ? formatQuantity(base.quantity, base.unit) : [quantity, unit].filter((part) => part !== undefined).map(anyText).join(' ');
}
