import { type Instant, millisBetween, minuteMs, plusMillis } from '../core/instant.ts';
import { toMinutes } from '../core/spec/duration.ts';
import { visible } from '../render/visible.ts';
import { UsageError } from './io.ts';

/** Reads a duration as specs write one, `90m`, in minutes. Throws UsageError. */
export function parseMinutes(text: string): number {
  if (/^[1-9][0-9]{0,3}[mhd]$/.test(text)) return toMinutes(text);
  throw new UsageError(
    `"${visible(text)}" is not a duration`,
    'write a whole number of minutes, hours or days: 90m, 4h or 2d',
  );
}

/** Checks that an `--until` lies ahead. Throws UsageError. */
export function checkAhead(until: Instant, now: Instant): void {
  if (until > now) return;
  throw new UsageError(
    `--until ${until} is not in the future`,
    `write a later moment than now, ${now}`,
  );
}

/** Checks that something which begins now ends after at most so many minutes. Throws UsageError. */
export function checkLength(what: string, until: Instant, now: Instant, days: number): void {
  const longestMs = days * 1_440 * minuteMs;
  if (millisBetween(now, until) <= longestMs) return;
  throw new UsageError(
    `${what} lasts at most ${days}d`,
    `write --until ${plusMillis(now, longestMs)} or earlier`,
  );
}
