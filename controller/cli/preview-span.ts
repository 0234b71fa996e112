import type { Instant } from '../core/instant.ts';
import { plusDates } from '../core/schedule/clock.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { UsageError } from './io.ts';

/** From when until when to look ahead, as typed. */
export interface SpanOptions {
  readonly from?: string;
  /** After `from`. */
  readonly until?: string;
  /** Local dates, in the place of `until`. */
  readonly days?: string;
}

/** The span that was asked for, once the zone and the present moment are known. */
export type SpanIn = (
  timezone: string,
  now: Instant,
) => { readonly from: Instant; readonly until: Instant };

const defaultDays = 7;
const mostDays = 400;

/** Reads a span: from now on, for a week, where nothing else is said. Throws UsageError. */
export function parseSpan({ from, until, days }: SpanOptions): SpanIn {
  const first = from === undefined ? undefined : parseInstantArgument('--from', from);
  if (until === undefined) {
    const count = days === undefined ? defaultDays : parseDays(days);
    return (timezone, now) => {
      const start = first ?? now;
      return { from: start, until: plusDates(timezone, start, count) };
    };
  }
  if (days !== undefined) {
    throw new UsageError('--until and --days both say how long', 'give one of them');
  }
  const end = parseInstantArgument('--until', until);
  if (first !== undefined) refuseBackwards(until, end, `--from ${from}`, first);
  return (_, now) => {
    if (first === undefined) refuseBackwards(until, end, `now, ${now}`, now);
    return { from: first ?? now, until: end };
  };
}

function parseDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= mostDays) return days;
  const hint = `write a whole number from 1 to ${mostDays}`;
  throw new UsageError(`--days is not a number of days: "${text}"`, hint);
}

function refuseBackwards(typed: string, until: Instant, what: string, from: Instant): void {
  if (until > from) return;
  throw new UsageError(`--until ${typed} is not after ${what}`, 'give a later --until');
}
