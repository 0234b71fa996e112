import { Temporal } from 'temporal-polyfill';
import { fromMillis, type Instant } from '../core/instant.ts';
import { UsageError } from './io.ts';

/**
 * Reads an instant from the command line: ISO 8601 with `Z` or any offset. A date or a local time
 * alone is refused, because it would mean another moment in every time zone. Throws UsageError.
 */
export function parseInstantArgument(flag: string, text: string): Instant {
  const instant = readInstant(text);
  if (instant !== undefined) return instant;
  const example = `for example ${flag} 2026-10-23T09:00:00+02:00 or ${flag} 2026-10-23T07:00:00Z`;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    throw new UsageError(`${flag} ${text} has no time`, `add one with its offset, ${example}`);
  }
  if (readInstant(`${text}Z`) !== undefined) {
    throw new UsageError(`${flag} ${text} has no offset`, `add Z or one like +02:00, ${example}`);
  }
  throw new UsageError(
    `${flag} ${text} is not an instant`,
    `write one with its offset, ${example}`,
  );
}

function readInstant(text: string): Instant | undefined {
  try {
    return fromMillis(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return undefined;
  }
}
