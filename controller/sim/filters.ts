import type { Filter } from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';

/** What each filter name reads from a resource; the values compare as text. */
export type FilterFields<T> = Readonly<Record<string, (resource: T) => readonly string[]>>;

/** The tags that filters see. */
type TagReader<T> = (resource: T) => Readonly<Record<string, string>>;

/** UNCONFIRMED; EC2 documents the error, not the number. */
const maxValues = 200;

/**
 * Makes one predicate of a request's filters: all must hold, any value of one will do. Knows
 * `tag:KEY` and `tag-key` for everything with tags; throws EC2's error for a name it does not know.
 */
export function toPredicate<T>(
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
  tagsOf: TagReader<T> = () => ({}),
): (resource: T) => boolean {
  const tests = (filters ?? []).map(({ Name: name = '', Values: values = [] }) => {
    if (values.length > maxValues) {
      throw ec2Error('FilterLimitExceeded', `The maximum number of filter values is ${maxValues}`);
    }
    const read = fieldOf(name, fields, tagsOf);
    const matches = values.map(toMatcher);
    return (resource: T) => read(resource).some((value) => matches.some((match) => match(value)));
  });
  return (resource) => tests.every((test) => test(resource));
}

function fieldOf<T>(
  name: string,
  fields: FilterFields<T>,
  tagsOf: TagReader<T>,
): (resource: T) => readonly string[] {
  if (name === 'tag-key') return (resource) => Object.keys(tagsOf(resource));
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource) => {
      const tags = tagsOf(resource);
      const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
      return value === undefined ? [] : [value];
    };
  }
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    throw ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
  }
  return field;
}

/** A filter value: `*` stands for any text, `?` for one character, a backslash escapes both. */
function toMatcher(pattern: string): (value: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (value) => value === pattern;
  const source = pattern.replaceAll(/\\[*?\\]|[*?]|[^*?\\]+|\\/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    const text = part.length === 2 && part.startsWith('\\') ? part.slice(1) : part;
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  const regex = new RegExp(`^${source}$`, 's');
  return (value) => regex.test(value);
}
