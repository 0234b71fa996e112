/**
 * Remembers the results of a function of one argument. The function must depend on its argument
 * alone, so that forgetting is never seen; at `limit` entries everything is forgotten at once.
 */
export function memoize<Key, Value>(limit: number, make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    if (known.size >= limit) known.clear();
    known.set(key, made);
    return made;
  };
}
