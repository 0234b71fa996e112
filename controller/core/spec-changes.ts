import { isSameData } from './same-data.ts';

/** How many changed fields are named. */
const named = 4;

/** What differs between two specs, for people: `instanceType t3.xlarge -> m7i.xlarge`. */
export function specChanges(before: object, after: object): string {
  const all = differences('', before, after);
  const more = all.length > named ? [`and ${all.length - named} more`] : [];
  return [...all.slice(0, named), ...more].join('; ');
}

function differences(path: string, before: unknown, after: unknown): readonly string[] {
  if (isSameData(before, after)) return [];
  if (!isPlainObject(before) || !isPlainObject(after)) {
    return [`${path} ${shown(before)} -> ${shown(after)}`];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    differences(path === '' ? key : `${path}.${key}`, before[key], after[key]),
  );
}

/** Lists are shown as changed, not what is in them: they are long. */
function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? '(…)' : String(value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
