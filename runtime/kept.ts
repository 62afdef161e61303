/** What was made under this name before; a failure is not kept, so that the next call tries again. */
export function kept<Name, T>(made: Map<Name, Promise<T>>, name: Name, make: () => Promise<T>): Promise<T> {
  const found = made.get(name);
  if (found) return found;
  const fresh = make();
  made.set(name, fresh);
  fresh.catch(() => made.delete(name));
  return fresh;
}
