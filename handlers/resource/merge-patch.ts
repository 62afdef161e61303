import { isObject, put, type JsonObject } from './json.ts';

/**
 * JSON Merge Patch (RFC 7396 §2): null removes a member, objects merge, everything else replaces.
 * Neither argument is changed; depth is bounded by that of the patch (`depthMax` of a body).
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = {};
  if (isObject(target)) for (const [name, value] of Object.entries(target)) put(result, name, value);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else put(result, name, mergePatch(Object.hasOwn(result, name) ? result[name] : undefined, value));
  }
  return result;
}
