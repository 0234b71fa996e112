import type { FleetEvent } from '../core/event.ts';
import type { Instant } from '../core/instant.ts';
import { ageText } from './age.ts';
import { alignedLines } from './aligned.ts';
import { localMoment } from './local-time.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

/** The table of `events`: oldest first, with ages and the local times of each DevInstance. */
export function eventsTable(
  events: readonly FleetEvent[],
  context: { readonly now: Instant; readonly timezoneOf: (name: string) => string },
  paint: Paint,
): string {
  if (events.length === 0) return 'no events\n';
  const { now, timezoneOf } = context;
  const rows = events.map(({ name, at, type, reason, message }) => {
    const timezone = timezoneOf(name);
    const time = localMoment(at, now, timezone);
    return [ageText(at, now), time, type, visible(reason), visible(name), visible(message)];
  });
  const [header = '', ...lines] = alignedLines([
    ['AGE', 'TIME', 'TYPE', 'REASON', 'NAME', 'MESSAGE'],
    ...rows,
  ]);
  const painted = lines.map((line, index) =>
    events[index]?.type === 'Warning' ? paint.yellow(line) : line,
  );
  return [paint.bold(header), ...painted].map((line) => `${line}\n`).join('');
}

/** The last events of one DevInstance in kubectl's columns, a line each; oldest first. */
export function eventLines(
  events: readonly FleetEvent[],
  now: Instant,
  paint: Paint,
): readonly string[] {
  if (events.length === 0) return ['none'];
  const rows = events.map(({ at, type, reason, message, source }) => [
    type,
    visible(reason),
    ageText(at, now),
    source ?? 'controller',
    visible(message),
  ]);
  const lines = alignedLines([['Type', 'Reason', 'Age', 'From', 'Message'], ...rows]);
  return lines.map((line, index) =>
    events[index - 1]?.type === 'Warning' ? paint.yellow(line) : line,
  );
}

/** All events as one JSON array. */
export function eventsJson(events: readonly FleetEvent[]): string {
  return `${JSON.stringify(events, null, 2)}\n`;
}
