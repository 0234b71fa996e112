/** Whether two pieces of plain data, as JSON holds it, are equal. The order of keys says nothing. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isCompound(one) || !isCompound(other)) return false;
  if (Array.isArray(one)) return Array.isArray(other) && isSameList(one, other);
  return !Array.isArray(other) && isSameObject(one, other);
}

type Data = Readonly<Record<string, unknown>>;

function isCompound(value: unknown): value is Data {
  return typeof value === 'object' && value !== null;
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => isSameData(item, other[index]));
}

// A plan compares a spec of each machine: `for in` makes no list of keys, as Object.keys would.
function isSameObject(one: Data, other: Data): boolean {
  for (const key in one) {
    if (other[key] === undefined || !isSameData(one[key], other[key])) return false;
  }
  for (const key in other) {
    if (one[key] === undefined) return false;
  }
  return true;
}
