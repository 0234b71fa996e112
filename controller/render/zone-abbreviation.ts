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
  timeZone: string,
  at: string,
  timeZoneName: 'short' | 'longOffset',
): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(
    new Date(at),
  );
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}
