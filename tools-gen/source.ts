/** Prints values as TypeScript source, the same way every time. */

/** A value as a one-line TypeScript literal with single quotes and bare keys. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value !== null && typeof value === 'object') return objectLiteral(value);
  return JSON.stringify(value);
}

function objectLiteral(value: object): string {
  const members = Object.entries(value).map(([key, member]) => `${memberName(key)}: ${literal(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** A string in single quotes. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** A property name, quoted only where it must be. */
export function memberName(name: string): string {
  return /^([A-Za-z_$][\w$]*|\d+)$/.test(name) ? name : quoted(name);
}

/** `provisioning-sim` → `ProvisioningSim`. */
export function pascalCase(name: string): string {
  return name.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
