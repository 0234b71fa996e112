const unitMinutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

/** Minutes of a duration such as `30m`, `4h`, `7d`, or of `0`. */
export function toMinutes(duration: string | number): number {
  const text = String(duration);
  return Number.parseInt(text, 10) * (unitMinutes[text.slice(-1)] ?? 1);
}
