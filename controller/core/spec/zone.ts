const known = new Map<string, boolean>();

/**
 * Whether a name of the right form is a time zone here. The form must have been checked: Intl on
 * Node 22 and 24 takes `+01:00` for a zone, and no list has all (`supportedValuesOf` lacks UTC).
 */
export function isTimeZone(name: string): boolean {
  let isKnown = known.get(name);
  if (isKnown === undefined) {
    isKnown = canFormat(name);
    known.set(name, isKnown);
  }
  return isKnown;
}

function canFormat(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
