/**
 * String formats as regular expressions: Ajv writes an expression into the module it
 * generates, a function would have to be imported at run time.
 */

const monthDay = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
  '02-(?:0[1-9]|1\\d|2[0-8])',
].join('|');
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const date = `(?:\\d{4}-(?:${monthDay})|${leapYear}-02-29)`;
// No leap seconds: neither ECMAScript dates nor our clock have them.
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?';

export const formats: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${date}$`),
  /** RFC 3339 §5.6 with `Z` or an offset; upper case only, as the RFC lets an application demand. */
  'date-time': new RegExp(`^${date}T${time}(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$`),
  /**
   * The TM Forum documents say `uri` and their own examples hold relative references, so any
   * URI reference of RFC 3986 §4.1 passes: no blanks, no control characters, none of "<>\^`{|}.
   */
  uri: /^[^\s\u0000-\u001f"<>\\^`{|}\u007f]*$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
};

/** Formats that describe how a value is stored or shown, not which values are legal. */
export const undemandingFormats: ReadonlySet<string> = new Set(['int32', 'int64', 'float', 'double', 'base64', 'byte', 'binary', 'password']);
