import { isDeepStrictEqual } from 'node:util';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Pointers of what was posted and is not in what was returned; members and elements may have been added. */
export function lost(posted: unknown, returned: unknown, pointer = ''): string[] {
  if (isObject(posted) && isObject(returned)) return Object.keys(posted).flatMap((name) => lost(posted[name], returned[name], `${pointer}/${name}`));
  if (Array.isArray(posted) && Array.isArray(returned)) return posted.flatMap((each, i) => lost(each, returned[i], `${pointer}/${i}`));
  return isDeepStrictEqual(posted, returned) ? [] : [pointer];
}

/** The pointer with every index as `*`. */
export const generic = (pointer: string): string => pointer.replace(/\/\d+(?=\/|$)/g, '/*');
