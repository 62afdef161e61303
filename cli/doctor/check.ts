/** What one check found. */
export interface Finding {
  readonly '@type': 'DoctorCheck';
  readonly id: string;
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** One sentence. */
  readonly finding: string;
  /** What to do about it; empty when all is well. */
  readonly fix: string;
}

const made = (verdict: Finding['verdict']) => (name: string, finding: string, fix = ''): Finding =>
  ({ '@type': 'DoctorCheck', id: name, name, verdict, finding, fix });

export const ok = made('ok');
export const warn = made('warn');
export const fail = made('fail');

/** A check that cannot come to an end is a finding too. */
export async function guarded(name: string, check: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [fail(name, `cannot be checked: ${error instanceof Error ? error.message : String(error)}`, 'bss logs -n 50 tells more')];
  }
}
