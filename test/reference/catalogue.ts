import { rules } from '#policy/rule';
import type { RuleText } from '#tools-gen/recordings';

/** Every rule of the services that run here, by code. */
export const catalogue = (): RuleText[] =>
  rules().map(({ code, title, when, status = 422 }) => ({ code, title, when, status })).sort((a, b) => (a.code < b.code ? -1 : 1));
