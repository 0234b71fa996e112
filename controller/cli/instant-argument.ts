import { Temporal } from 'temporal-polyfill';
import { fromMillis, type Instant } from '../core/instant.ts';

/** An instant that was typed, or why it is none and what to type instead. */
export type InstantArgument = { readonly instant: Instant } | { readonly problem: string };

/**
 * Reads an instant from the command line: ISO 8601 with `Z` or any offset. A date or a local time
 * alone is refused, because it would mean another moment in every time zone.
 */
export function parseInstantArgument(flag: string, text: string): InstantArgument {
  const example = `for example ${flag} 2026-10-23T09:00:00+02:00 or ${flag} 2026-10-23T07:00:00Z`;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return { problem: `${flag} ${text} has no time: add one with its offset, ${example}` };
  }
  try {
    return { instant: fromMillis(Temporal.Instant.from(text).epochMilliseconds) };
  } catch {
    return isInstantWithoutOffset(text)
      ? { problem: `${flag} ${text} has no offset: add Z or one like +02:00, ${example}` }
      : { problem: `${flag} ${text} is not an instant, ${example}` };
  }
}

function isInstantWithoutOffset(text: string): boolean {
  try {
    Temporal.Instant.from(`${text}Z`);
    return true;
  } catch {
    return false;
  }
}
