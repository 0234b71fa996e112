import type { ScheduleTimes } from '../core/desired.ts';
import { hourMs, toMillis } from '../core/instant.ts';
import { type PreviewDay, previewDays, type SchedulePreview } from '../core/schedule/preview.ts';
import { zoneAbbreviation } from './zone-abbreviation.ts';

/** A preview as one JSON object, indented, without a newline at the end. */
export function schedulePreviewJson(preview: SchedulePreview): string {
  return JSON.stringify(preview, undefined, 2);
}

/**
 * A preview for people: a line for each local date with its running times, hours and what is
 * special about it, and the total. Without a newline at the end.
 */
export function schedulePreviewText(times: ScheduleTimes, preview: SchedulePreview): string {
  const rows = previewDays(times, preview).map((day) => ({
    date: `${titleCase(day.weekday)} ${day.date}`,
    running: runningText(day, preview.timezone),
    hours: day.hours === 0 ? '' : `${hoursText(day.hours)} h`,
    note: noteText(day),
  }));
  const runningWidth = widest(rows.map((row) => row.running));
  const hoursWidth = widest(rows.map((row) => row.hours));
  const lines = rows.map((row) =>
    [row.date, row.running.padEnd(runningWidth), row.hours.padStart(hoursWidth), row.note]
      .join('  ')
      .trimEnd(),
  );
  return [
    `${preview.name} in ${preview.timezone}, from ${preview.from} until ${preview.until}`,
    ...lines,
    totalText(preview),
  ].join('\n');
}

/** The length of the longest; of more texts than a call takes arguments, too. */
function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}

function titleCase(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function runningText(day: PreviewDay, timezone: string): string {
  if (day.stretches.length === 0) return 'off';
  const texts = day.stretches.map(({ from, until, fromClock, untilClock }) => {
    // The last moment inside, so that an end at a change of the clock shows the old time.
    const lastInside = new Date(toMillis(until) - 1).toISOString();
    const [first, last] = [
      zoneAbbreviation(timezone, from),
      zoneAbbreviation(timezone, lastInside),
    ];
    return { from: fromClock, until: untilClock, first, last };
  });
  const names = new Set(texts.flatMap((text) => [text.first, text.last]));
  if (names.size === 1) {
    const spans = texts.map((text) => `${text.from}-${text.until}`).join(', ');
    return `${spans} ${[...names].join('')}`;
  }
  return texts.map((text) => `${text.from} ${text.first}-${text.until} ${text.last}`).join(', ');
}

function noteText(day: PreviewDay): string {
  const changes = day.clockChanges.map(({ fromClock, toClock, byMinutes }) => {
    const direction = byMinutes > 0 ? 'forward' : 'back';
    return `clocks go ${direction} from ${fromClock} to ${toClock}`;
  });
  return [...(day.isClosed ? ['closed'] : []), ...changes].join(', ');
}

function hoursText(hours: number): string {
  return String(Math.round(hours * 100) / 100);
}

function totalText(preview: SchedulePreview): string {
  const hours = (toMillis(preview.until) - toMillis(preview.from)) / hourMs;
  const percent = Math.round((preview.runningHours / hours) * 100);
  return `On for ${hoursText(preview.runningHours)} h of ${hoursText(hours)} h (${percent} %)`;
}
