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

/** Lines of at most `width` columns holding the comma-separated parts, each line indented. */
export function wrapped(parts: readonly string[], indent: string, width: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? undefined : `${last} ${part},`;
    if (longer !== undefined && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(`${indent}${part},`);
  }
  return lines.join('\n');
}
