/** What a renderer may know besides its value (AGENT-AND-CLI §8): it is a pure function of both. */
export interface Look {
  /** Columns of the terminal. */
  readonly width: number;
  readonly unicode: boolean;
  readonly color: boolean;
  /** Business time, for `in 12 d`. */
  readonly now: Date;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;
export type Color = keyof typeof codes;

/** Colour only repeats what the text says; without colour the text stays as it is. */
export const painted = (text: string, color: Color, look: Look): string =>
  look.color && text !== '' ? `\x1b[${codes[color]}m${text}\x1b[0m` : text;

const moods: Readonly<Record<string, Color>> = {
  active: 'green', completed: 'green', settled: 'green', captured: 'green', verified: 'green', available: 'green', ok: 'green', billed: 'green', Launched: 'green',
  blocked: 'red', failed: 'red', rejected: 'red', denied: 'red', stuck: 'red', terminated: 'red', fail: 'red', closed: 'red',
  inProgress: 'yellow', acknowledged: 'yellow', pending: 'yellow', held: 'yellow', running: 'yellow', quarantined: 'yellow', reserved: 'yellow',
  not_verified: 'yellow', expired: 'yellow', suspended: 'yellow', warn: 'yellow', authorized: 'yellow', received: 'yellow',
};

/** A state in the colour of what it means. */
export function stateText(state: string, look: Look, text: string = state): string {
  const color = moods[state];
  return color ? painted(text, color, look) : text;
}

/** ` · ` or ` - `, between facts of equal rank. */
export const separator = (look: Look): string => (look.unicode ? ' · ' : ' - ');

export const arrow = (look: Look): string => (look.unicode ? '→' : '->');
