type Data = Readonly<Record<string, unknown>>;

/**
 * Whether two pieces of plain data, as JSON holds it, are equal. The order of keys says nothing. A
 * plan compares a spec of each machine, so equal texts and numbers cost no call and keys no list.
 */
export function isSameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isCompound(one) || !isCompound(other)) return false;
  if (Array.isArray(one)) return Array.isArray(other) && isSameList(one, other);
  return !Array.isArray(other) && isSameObject(one, other);
}

function isCompound(value: unknown): value is Data {
  return typeof value === 'object' && value !== null;
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index] && !isSameData(one[index], other[index])) return false;
  }
  return true;
}

function isSameObject(one: Data, other: Data): boolean {
  for (const key in one) {
    const value = one[key];
    if (value !== other[key] && !isSameData(value, other[key])) return false;
  }
  for (const key in other) {
    if (one[key] === undefined) return false;
  }
  return true;
}
