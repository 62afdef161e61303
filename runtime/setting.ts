/** One environment variable as data: how it is written, read, defaulted and described. */
export interface Setting<T> {
  readonly name: string;
  /** For people: `whole number 0–10000`, `true or false`. */
  readonly type: string;
  /** Text used when the variable is absent; null when there is none. */
  readonly fallback: string | null;
  /** Overrides `fallback` where `BSS_ENV` decides. */
  readonly fallbackByEnv: Readonly<Record<string, string>>;
  /** What a number counts; null for what is no number. */
  readonly unit: string | null;
  readonly secret: boolean;
  readonly required: boolean;
  readonly description: string;
  /** @throws Error whose message ends the sentence "NAME …", such as `must be true or false` */
  readonly parse: (text: string) => T;
}

/** The parsed type of a setting. */
export type ValueOf<S> = S extends Setting<infer T> ? T : never;

type Extras = Partial<Pick<Setting<unknown>, 'fallbackByEnv' | 'secret' | 'required' | 'unit'>>;

function setting<T>(
  name: string, type: string, fallback: string | null, description: string, parse: (text: string) => T, extras: Extras = {},
): Setting<T> {
  return { name, type, fallback, fallbackByEnv: {}, unit: null, secret: false, required: false, description, parse, ...extras };
}

const checked = (pattern: RegExp, type: string) => (value: string): string => {
  if (!pattern.test(value)) throw new Error(`must be ${type}`);
  return value;
};

const line = '1 to 200 printable characters';

export const text = (name: string, fallback: string, description: string): Setting<string> =>
  setting(name, line, fallback, description, checked(/^[^\p{Cc}]{1,200}$/u, line));

export const pattern = (
  name: string, fallback: string, shape: RegExp, type: string, description: string,
): Setting<string> => setting(name, type, fallback, description, checked(shape, type));

export function integer(
  name: string, fallback: number, range: readonly [min: number, max: number], unit: string, description: string,
): Setting<number> {
  const type = `whole number ${range[0]} to ${range[1]}`;
  return setting(name, type, String(fallback), description, (value) => {
    const number = Number(value);
    if (!/^\d{1,12}$/.test(value) || number < range[0] || number > range[1]) throw new Error(`must be a ${type}`);
    return number;
  }, { unit });
}

export const flag = (name: string, fallback: boolean, description: string, extras: Extras = {}): Setting<boolean> =>
  setting(name, 'true or false', String(fallback), description, (value) => {
    if (value !== 'true' && value !== 'false') throw new Error('must be true or false');
    return value === 'true';
  }, extras);

export function choice<const C extends readonly string[]>(
  name: string, choices: C, description: string, fallback: C[number] = choices[0]!,
): Setting<C[number]> {
  const type = choices.join(', ').replace(/, ([^,]*)$/, ' or $1');
  return setting(name, type, fallback, description, (value) => {
    const found = choices.find((one) => one === value);
    if (found === undefined) throw new Error(`must be ${type}`);
    return found;
  });
}

/** Comma-separated values; an empty text is the empty list. */
export const list = (name: string, fallback: string, description: string, extras: Extras = {}): Setting<readonly string[]> =>
  setting(name, 'comma-separated list', fallback, description, (value) =>
    Object.freeze(value.split(',').map((part) => part.trim()).filter((part) => part !== '')), extras);

export const timeZone = (name: string, fallback: string, description: string): Setting<string> =>
  setting(name, 'IANA time zone', fallback, description, (value) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: value });
    } catch {
      throw new Error('must be an IANA time zone such as Asia/Singapore');
    }
    return value;
  });

/** A URL of one of the given schemes, or the word in `word` (`local`), which yields null. */
export const url = (
  name: string, word: string | null, schemes: readonly string[], fallback: string, description: string,
): Setting<string | null> => {
  const type = [...schemes.map((scheme) => `${scheme}//…`), ...(word === null ? [] : [word])].join(' or ');
  return setting(name, type, fallback, description, (value) => {
    if (value === word) return null;
    if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol)) throw new Error(`must be ${type}`);
    return value.replace(/\/$/, '');
  });
};

/** A value that may be absent: null then. */
export const optionalText = (name: string, description: string, extras: Extras = {}): Setting<string | null> =>
  setting(name, extras.secret ? 'secret' : 'text', null, description, (value) => value, extras);

const sentinel = /change[-_ ]?me|replace[-_ ]?me|your[-_ ]?(token|secret|key)|placeholder|example|insert[-_ ]|dummy|default|password|secret/i;

/**
 * A secret of at least 32 characters that nobody wrote as a stand-in.
 * @throws Error naming what is wrong, never the value
 */
export function checkSecret(value: string): string {
  if (value.length < 32) throw new Error(`must have at least 32 characters, it has ${value.length}`);
  if (sentinel.test(value)) throw new Error('is a stand-in, not a secret; generate one with `openssl rand -base64 32`');
  if (new Set(value).size < 8) throw new Error('repeats too few characters; generate one with `openssl rand -base64 32`');
  if (/[^\x21-\x7e]/.test(value)) throw new Error('must be printable ASCII without spaces');
  return value;
}

export const secret = (name: string, description: string): Setting<string> =>
  setting(name, 'secret of 32 characters or more', null, description, checkSecret, { secret: true, required: true });
