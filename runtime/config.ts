import { configuration, families, type Configuration } from './configuration.ts';
import { roles, type Role } from './context.ts';
import { isServiceName, type ServiceName } from './services.ts';
import { checkSecret, type Setting, type ValueOf } from './setting.ts';
import { SetupError } from './setup-error.ts';

export { configuration, families } from './configuration.ts';

/** Thrown at start only: an unknown name, a bad value, a weak or doubled secret (DOMAIN §11). */
export class ConfigError extends SetupError {
  constructor(message: string) {
    super(message, 2);
  }
}

/** Who a token belongs to; `name` is what events and audit rows carry as serviceIdentity. */
export interface Identity {
  readonly name: string;
  readonly token: string;
  readonly role: Role;
}

type Values = { readonly [K in keyof Configuration]: ValueOf<Configuration[K]> };

export interface Config extends Values {
  readonly identities: readonly Identity[];
  /** Password by database role without its `bss_` prefix: `crm`, `provisioning_sim`, `platform`. */
  readonly databasePasswords: Readonly<Record<string, string>>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads, checks and freezes the whole configuration. Pure: give it `process.env`, with the local
 * secrets laid under it by `localEnvironment` of `runtime/home.ts`.
 * @throws ConfigError on the first thing that is wrong, in one sentence; secrets are never quoted
 */
export function loadConfig(env: Environment): Config {
  refuseUnknownNames(env);
  const mode = modeOf(env);
  const values = Object.fromEntries(
    Object.entries(configuration).map(([key, setting]) => [key, read<unknown>(setting, env, mode)]),
  ) as Values; // each key holds what its own setting parsed
  const config: Config = { ...values, identities: identitiesOf(env), databasePasswords: passwordsOf(env) };
  refuseEqualSecrets(env);
  refuseContradictions(config);
  return Object.freeze(config);
}

/**
 * One setting alone, for a command that needs no others.
 * @throws ConfigError when its value is bad
 */
export const readSetting = <K extends keyof Configuration>(key: K, env: Environment): ValueOf<Configuration[K]> =>
  read<unknown>(configuration[key], env, modeOf(env)) as ValueOf<Configuration[K]>; // the setting of the same key

/** An empty variable (as compose files make them) counts as absent, as in `read`. */
const modeOf = (env: Environment): string => env['BSS_ENV'] || (configuration.env.fallback ?? '');

function read<T>(setting: Setting<T>, env: Environment, mode: string): T | null {
  const written = env[setting.name];
  const value = written === undefined || written === '' ? (setting.fallbackByEnv[mode] ?? setting.fallback) : written;
  if (value === null) {
    if (setting.required) throw new ConfigError(`${setting.name} is required: ${setting.description}`);
    return null;
  }
  try {
    return setting.parse(value);
  } catch (error) {
    const shown = setting.secret ? '' : ` (it is ${JSON.stringify(value.slice(0, 80))})`;
    throw new ConfigError(`${setting.name} ${reasonOf(error)}${shown}.`);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function refuseUnknownNames(env: Environment): void {
  const known = Object.values(configuration).map((setting) => setting.name);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('BSS_') || known.includes(name)) continue;
    if (Object.values(families).some((family) => family.pattern.test(name))) continue;
    const near = known.find((one) => withinTwoEdits(one, name));
    throw new ConfigError(`${name} is not a setting${near ? `; did you mean ${near}?` : ' of BSS-CLI: remove it, or find them all in docs/reference/settings.md.'}`);
  }
}

/** Edit distance ≤ 2: enough for a typing error, too little for another word. */
function withinTwoEdits(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]! <= 2;
}

/** Name, subject and value of the variables of one family that are set. */
function* membersOf(env: Environment, family: RegExp): Generator<readonly [name: string, subject: string, value: string]> {
  for (const [name, value] of Object.entries(env)) {
    const subject = family.exec(name)?.[1];
    if (subject !== undefined && value) yield [name, subject.toLowerCase(), value];
  }
}

function checked(name: string, value: string): string {
  try {
    return checkSecret(value);
  } catch (error) {
    throw new ConfigError(`${name} ${reasonOf(error)}.`);
  }
}

function identitiesOf(env: Environment): readonly Identity[] {
  const identities: Identity[] = [{ name: 'default', token: env['BSS_API_TOKEN'] ?? '', role: 'system' }];
  for (const [name, subject, token] of membersOf(env, families.token.pattern)) {
    identities.push(Object.freeze({ name: identityName(subject), token: checked(name, token), role: roleOf(subject, env) }));
  }
  for (const [name, subject] of membersOf(env, families.role.pattern)) {
    if (!env[`BSS_${subject.toUpperCase()}_API_TOKEN`]) throw new ConfigError(`${name} names a role for an identity without a token; set BSS_${subject.toUpperCase()}_API_TOKEN or remove it.`);
  }
  return Object.freeze(identities);
}

/** Services keep their own spelling (`provisioning-sim`); everybody else is written as in the variable. */
function identityName(subject: string): string {
  const service = subject.replaceAll('_', '-');
  return isServiceName(service) ? service : subject;
}

function roleOf(subject: string, env: Environment): Role {
  const name = `BSS_${subject.toUpperCase()}_API_ROLE`;
  const written = env[name] || (isServiceName(identityName(subject)) ? 'system' : 'csr');
  const role = roles.find((one) => one === written);
  if (!role) throw new ConfigError(`${name} must be one of ${roles.join(', ')} (it is ${JSON.stringify(written)}).`);
  return role;
}

function passwordsOf(env: Environment): Readonly<Record<string, string>> {
  const passwords: Record<string, string> = {};
  for (const [name, role, value] of membersOf(env, families.database.pattern)) passwords[role] = checked(name, value);
  return Object.freeze(passwords);
}

/** Two doors must not open with one key: a leak of one secret would be a leak of the other. */
function refuseEqualSecrets(env: Environment): void {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (!value || !/^BSS_.*(_TOKEN|_PEPPER|_SECRET|_PASSWORD)$/.test(name)) continue;
    const first = names.get(value);
    if (first) throw new ConfigError(`${first} and ${name} are equal; give each its own secret.`);
    names.set(value, name);
  }
}

function refuseContradictions(config: Config): void {
  if (config.listDefaultLimit > config.listMaxLimit) {
    throw new ConfigError('BSS_LIST_DEFAULT_LIMIT must not be above BSS_LIST_MAX_LIMIT.');
  }
  refuseForgetfulness(config);
  for (const range of config.msisdnRanges) refuseBadRange(range, config.msisdnLength);
  if (config.env === 'development') return;
  if (!config.publicUrl.startsWith('https:')) throw new ConfigError(`BSS_PUBLIC_URL must be an https address when BSS_ENV is ${config.env}.`);
  if (config.emailProvider === 'file') throw new ConfigError(`BSS_EMAIL_PROVIDER=file writes mail to disk only, which is for development; ${config.env} needs a real provider.`);
  if (config.env === 'demo') return;
  if (config.paymentProvider === 'mock') throw new ConfigError('BSS_PAYMENT_PROVIDER=mock charges nobody and is refused in production.');
  if (config.kycProvider === 'prebaked') throw new ConfigError('BSS_KYC_PROVIDER=prebaked attests anybody and is refused in production.');
}

/** The stored answer to an Idempotency-Key names what it made: that must be there as long as the answer. */
function refuseForgetfulness({ idempotencyHours, monitorRetentionDays, refusedPaymentRetentionDays }: Config): void {
  const retentions = { BSS_MONITOR_RETENTION_DAYS: monitorRetentionDays, BSS_REFUSED_PAYMENT_RETENTION_DAYS: refusedPaymentRetentionDays };
  for (const [name, days] of Object.entries(retentions)) {
    if (days > 0 && days * 24 < idempotencyHours) throw new ConfigError(`${name} must not be shorter than BSS_IDEMPOTENCY_HOURS, save 0, which keeps for ever.`);
  }
}

function refuseBadRange(range: string, digits: number): void {
  const [first = '', last = '', ...rest] = range.split('-');
  const whole = new RegExp(`^\\d{${digits}}$`);
  if (rest.length > 0 || !whole.test(first) || !whole.test(last) || first > last) {
    throw new ConfigError(`BSS_MSISDN_RANGES holds ${JSON.stringify(range)}; a range is first-last with ${digits} digits each, such as 90000000-90000999.`);
  }
}

/** The identity a service uses when it calls others. */
export const identityOf = (config: Config, service: ServiceName): Identity | undefined =>
  config.identities.find((identity) => identity.name === service);
