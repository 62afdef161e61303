/** A folder or file that is not there, where that is an answer and no failure. */
import { systemCode } from '#runtime/setup-error';

export const isAbsent = (error: unknown): boolean => systemCode(error) === 'ENOENT';

/** For `readdir(…).catch`. */
export function absentAsEmpty(error: unknown): never[] {
  if (isAbsent(error)) return [];
  throw error;
}
