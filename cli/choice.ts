import { UsageError } from 'clipanion';
import { nearest } from './nearest.ts';

/**
 * One of a few words from an option, upper and lower case alike.
 * @throws UsageError naming them all
 */
export function oneOf<T extends string>(text: string, choices: readonly T[], option: string): T {
  const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(text, choices);
  throw new UsageError(`${option} is one of ${choices.join(', ')}${meant ? `; did you mean ${meant}?` : `, not "${text}".`}`);
}
