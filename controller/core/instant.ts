/** A moment in UTC as ISO 8601 with milliseconds, `2026-11-21T07:49:43.000Z`; sorts as text. */
export type Instant = string;

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Milliseconds since the epoch of a moment. Throws on text that is not an instant. */
export function toMillis(instant: Instant): number {
  const millis = Date.parse(instant);
  if (Number.isNaN(millis)) throw new RangeError(`not an instant: ${instant}`);
  return millis;
}

/** The moment that many milliseconds after the epoch. */
export function fromMillis(millis: number): Instant {
  return new Date(millis).toISOString();
}

/** The moment `millis` later (earlier when negative). */
export function plusMillis(instant: Instant, millis: number): Instant {
  return fromMillis(toMillis(instant) + millis);
}

/** Milliseconds from the first moment to the second; negative when the second is earlier. */
export function millisBetween(from: Instant, to: Instant): number {
  return toMillis(to) - toMillis(from);
}

/** The earliest of the given moments, leaving out those that are undefined. */
export function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const instant of instants) {
    if (instant !== undefined && (first === undefined || instant < first)) first = instant;
  }
  return first;
}
