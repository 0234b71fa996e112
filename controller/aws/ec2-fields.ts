import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { fromMillis, type Instant } from '../core/instant.ts';

/** A resource's tags as a record. */
export function tagsOf(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** A record as the tags of a request. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A filter on the exact value of a tag: in EC2's filters `*` and `?` would match anything. */
export function tagFilter(key: string, value: string): Filter {
  return { Name: `tag:${key}`, Values: [value.replaceAll(/[*?\\]/g, '\\$&')] };
}

/** An SDK date as an instant; the beginning of time where AWS sent none. */
export function instantOf(date: Date | undefined): Instant {
  return fromMillis(date?.getTime() ?? 0);
}

/** A date in text as an instant; undefined where it is none. */
export function dateIn(text: string | undefined): Instant | undefined {
  const millis = Date.parse(text ?? '');
  return Number.isNaN(millis) ? undefined : fromMillis(millis);
}

/** The value where it is one of those known, else `unknown`: AWS adds states. */
export function knownOr<T extends string>(
  value: string | undefined,
  known: readonly T[],
): T | 'unknown' {
  return known.find((each) => each === value) ?? 'unknown';
}
