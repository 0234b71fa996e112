/** Minutes for people, no unit left out that counts: `10d`, `7d 9h`, `1h 30m`. */
export function lengthText(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor((minutes % 1_440) / 60), 'h'],
    [minutes % 60, 'm'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join(' ');
}

/** A duration of at most these minutes, as files and commands write it; undefined below one. */
export function longestDuration(minutes: number): string | undefined {
  if (minutes < 1) return undefined;
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`;
  // Of more than 10 h, minutes are more than anybody wants to read.
  if (minutes % 60 === 0 || minutes > 600) return `${Math.floor(minutes / 60)}h`;
  return `${minutes}m`;
}
