import type { ScheduleTimes } from '../core/desired.ts';
import { hourMs, type Instant, toMillis } from '../core/instant.ts';
import type { MachinePreview } from '../core/plan/preview.ts';
import type { PreviewNote } from '../core/schedule/duty-preview.ts';
import { type PreviewDay, previewDays, type SchedulePreview } from '../core/schedule/preview.ts';
import { visible } from './visible.ts';
import { zoneAbbreviation } from './zone-abbreviation.ts';

/** A preview, of a schedule or of one machine, as one JSON object, indented, without a newline at the end. */
export function schedulePreviewJson(preview: SchedulePreview): string {
  return JSON.stringify(preview, undefined, 2);
}

/**
 * A preview for people: a line for each local date with its running times, hours and what is
 * special about it, and the total. Without a newline at the end.
 */
export function schedulePreviewText(times: ScheduleTimes, preview: SchedulePreview): string {
  const { name, timezone } = preview;
  return [
    `${name} in ${timezone}, ${spanText(preview)}`,
    ...dayLines(times, preview),
    totalText(preview),
  ].join('\n');
}

/** The same of one machine: below the days what is not from windows. Without a newline at the end. */
export function machinePreviewText(times: ScheduleTimes, preview: MachinePreview): string {
  const { name, schedule, timezone, remarks, notes } = preview;
  return [
    `${name} (${visible(schedule)}) in ${timezone}, ${spanText(preview)}`,
    ...dayLines(times, preview),
    ...noteLines(notes, timezone).map((line) => `  ${visible(line)}`),
    ...remarks.map((line) => `  ${visible(line)}`),
    totalText(preview),
  ].join('\n');
}

function spanText({ from, until }: SchedulePreview): string {
  return `from ${from} until ${until}`;
}

/** A line each; of a rule that stops it again and again, the first time and how often. */
function noteLines(notes: readonly PreviewNote[], timezone: string): readonly string[] {
  const groups = new Map<string, PreviewNote[]>();
  for (const note of notes) {
    const key = note.rule === 'override' ? note.reason : note.rule;
    groups.set(key, [...(groups.get(key) ?? []), note]);
  }
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const times = more.length === 0 ? '' : ` (${more.length + 1} times)`;
    return [`${dateIn(timezone, first.at)}  ${first.reason}${times}`];
  });
}

function dateIn(timezone: string, at: Instant): string {
  const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short' });
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone });
  return `${weekday.format(toMillis(at))} ${date.format(toMillis(at))}`;
}

function dayLines(times: ScheduleTimes, preview: SchedulePreview): readonly string[] {
  const rows = previewDays(times, preview).map((day) => ({
    date: `${titleCase(day.weekday)} ${day.date}`,
    running: runningText(day, preview.timezone),
    hours: day.hours === 0 ? '' : `${hoursText(day.hours)} h`,
    note: noteText(day),
  }));
  const runningWidth = widest(rows.map((row) => row.running));
  const hoursWidth = widest(rows.map((row) => row.hours));
  return rows.map((row) =>
    [row.date, row.running.padEnd(runningWidth), row.hours.padStart(hoursWidth), row.note]
      .join('  ')
      .trimEnd(),
  );
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
