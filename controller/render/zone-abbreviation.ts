import { memoize } from '../core/schedule/memo.ts';

/** English locales, because each knows only the abbreviations in use where it is spoken. */
const locales = ['en-GB', 'en-US', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'];

/** What people call the zone's time at a moment, `CEST`; where they have no word, `UTC-03:00`. */
export function zoneAbbreviation(timezone: string, at: string): string {
  for (const locale of locales) {
    const name = zoneName(locale, timezone, at, 'short');
    if (/^[A-Z]{2,5}$/.test(name)) return name;
  }
  return zoneName('en-GB', timezone, at, 'longOffset').replace('GMT', 'UTC');
}

function zoneName(
  locale: string,
  timezone: string,
  at: string,
  style: 'short' | 'longOffset',
): string {
  const parts = formatOf(`${locale} ${timezone} ${style}`).formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** Kept, because making one takes a hundred times as long as using it. */
const formatOf = memoize(100, (key: string) => {
  const [locale, timeZone, style] = key.split(' ');
  const timeZoneName = style === 'short' ? 'short' : 'longOffset';
  return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName });
});
