import type { Filter } from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import type { Scene } from './scene.ts';

/** What each filter name reads from a resource; the values compare as text. */
export type FilterFields<T> = Readonly<Record<string, (resource: T) => readonly string[]>>;

const maxValues = 200;

/**
 * Makes one predicate of a request's filters: all must hold, any value of one will do. Knows
 * `tag:KEY` and `tag-key` for everything with tags; throws EC2's error for a name it does not know.
 */
export function toPredicate<T extends { readonly tags?: Readonly<Record<string, string>> }>(
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
): (resource: T) => boolean {
  const tests = (filters ?? []).map(({ Name: name = '', Values: values = [] }) => {
    if (values.length > maxValues) {
      throw ec2Error('FilterLimitExceeded', `The maximum number of filter values is ${maxValues}`);
    }
    const read = fieldOf(name, fields);
    const matches = values.map(toMatcher);
    return (resource: T) => read(resource).some((value) => matches.some((match) => match(value)));
  });
  return (resource) => tests.every((test) => test(resource));
}

function fieldOf<T extends { readonly tags?: Readonly<Record<string, string>> }>(
  name: string,
  fields: FilterFields<T>,
): (resource: T) => readonly string[] {
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags ?? {});
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return ({ tags }) => {
      const value = tags !== undefined && Object.hasOwn(tags, key) ? tags[key] : undefined;
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

/** The page controls that Describe calls share. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

const smallestPage = 5;
const largestPage = 1000;

/** Cuts a listing into pages. A token names where to go on, and holds for any page size. */
export function pageOf<T>(scene: Scene, request: PageRequest, listing: readonly T[]): Page<T> {
  const { MaxResults: asked, NextToken: token } = request;
  if (asked !== undefined && asked < smallestPage) {
    const message = `Value ( ${asked} ) for parameter maxResults is below ${smallestPage}`;
    throw ec2Error('InvalidParameterValue', message);
  }
  const size = Math.min(asked ?? scene.pageSize, largestPage);
  const begin = token === undefined ? 0 : offsetIn(token);
  const items = listing.slice(begin, begin + size);
  const end = begin + items.length;
  if (end >= listing.length) return { items };
  return { items, NextToken: Buffer.from(`sim:${end}`).toString('base64') };
}

function offsetIn(token: string): number {
  const match = /^sim:(\d+)$/.exec(Buffer.from(token, 'base64').toString('latin1'));
  if (match?.[1] === undefined) {
    throw ec2Error('InvalidParameterValue', 'Unable to parse pagination token');
  }
  return Number(match[1]);
}

/** Ids and MaxResults exclude each other. */
export function refuseIdsWithPage(
  ids: readonly string[] | undefined,
  request: PageRequest,
  name: string,
): void {
  if (ids === undefined || ids.length === 0 || request.MaxResults === undefined) return;
  const message = `The parameter ${name} cannot be used with the parameter maxResults`;
  throw ec2Error('InvalidParameterCombination', message);
}
