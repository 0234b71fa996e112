import { type Instant, millisBetween } from '../core/instant.ts';

/** How long ago, as kubectl says it: `40s`, `5m`, `3h`, `12d`. */
export function ageText(at: Instant, now: Instant): string {
  const seconds = Math.max(0, Math.floor(millisBetween(at, now) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
