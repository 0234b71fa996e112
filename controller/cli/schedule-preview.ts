import type { ScheduleTimes } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import { datesLater, previewSchedule } from '../core/schedule/preview.ts';
import { renderProblemsText } from '../render/problems.ts';
import {
  type PreviewExtras,
  schedulePreviewJson,
  schedulePreviewText,
} from '../render/schedule-preview.ts';
import { systemClock } from '../service/system-clock.ts';
import type { Globals } from './globals.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { readScheduleFile, type ScheduleFile } from './schedule-file.ts';
import { findSchedule } from './schedule-named.ts';

/** What `schedule preview` was asked; moments and days as typed. */
export interface SchedulePreviewOptions {
  readonly schedule?: string;
  readonly file?: string;
  readonly from?: string;
  readonly until?: string;
  readonly days?: string;
  readonly output: 'text' | 'json';
}

/** The stretch of time that was asked for: its zone and the present are known later. */
export type Span = (timezone: string, now: Instant) => readonly [from: Instant, until: Instant];

const usualDays = 7;
const mostDays = 400;

/**
 * `schedule preview`: what a DevInstance's schedule, a Schedule of the specs, or one in a file does
 * between two instants. Exit code 0, or 1 where it cannot be read or is wrong. Throws UsageError.
 */
export async function runSchedulePreview(
  name: string | undefined,
  options: SchedulePreviewOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const { schedule, file, output } = options;
  const span = spanOf(options);
  if ([name, schedule, file].filter((source) => source !== undefined).length !== 1) {
    throw new UsageError(
      'schedule preview takes one of NAME, --schedule and --file',
      'write devinstance schedule preview NAME, --schedule REF or --file FILE',
    );
  }
  if (name !== undefined) {
    const { previewDevInstance } = await import('./schedule-of.ts');
    return previewDevInstance(name, { span, output }, globals, io);
  }
  const read =
    file === undefined
      ? await findSchedule(schedule ?? '', globals.specs)
      : await readScheduleFile(file);
  return previewFile(read, { span, output }, io);
}

function previewFile(
  read: ScheduleFile,
  { span, output }: { readonly span: Span; readonly output: 'text' | 'json' },
  io: Pick<Io, 'out' | 'err'>,
): number {
  if (read.problems.length > 0) io.err(renderProblemsText(read.problems));
  if (read.times === undefined) return exitCodes.failed;
  const [from, until] = span(read.times.timezone, systemClock().now());
  show(read.times, previewSchedule(read.times, read.name, from, until), { output }, io);
  return exitCodes.done;
}

/** Prints a preview. */
export function show(
  times: ScheduleTimes,
  preview: ReturnType<typeof previewSchedule>,
  { output, ...extras }: PreviewExtras & { readonly output: 'text' | 'json' },
  io: Pick<Io, 'out'>,
): void {
  const text =
    output === 'json' ? schedulePreviewJson(preview) : schedulePreviewText(times, preview, extras);
  io.out(`${text}\n`);
}

/** Reads what was typed of the stretch. Throws UsageError. */
function spanOf(options: SchedulePreviewOptions): Span {
  if (options.until !== undefined && options.days !== undefined) {
    throw new UsageError('--until and --days both say when it ends', 'write one of them');
  }
  const begin =
    options.from === undefined ? undefined : parseInstantArgument('--from', options.from);
  const end =
    options.until === undefined ? undefined : parseInstantArgument('--until', options.until);
  const days = daysOf(options.days);
  return (timezone, now) => {
    const from = begin ?? now;
    const until = end ?? datesLater(timezone, from, days);
    if (until > from) return [from, until];
    const start = options.from === undefined ? `now, ${now}` : `--from ${options.from}`;
    throw new UsageError(`--until ${options.until} is not after ${start}`, 'give a later --until');
  };
}

function daysOf(typed: string | undefined): number {
  const days = typed === undefined ? usualDays : /^[1-9]\d{0,2}$/.test(typed) ? Number(typed) : 0;
  if (days >= 1 && days <= mostDays) return days;
  throw new UsageError(`--days ${typed} is no number of days`, `write 1 to ${mostDays}`);
}
