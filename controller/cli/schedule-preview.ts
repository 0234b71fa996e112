import { previewSchedule } from '../core/schedule/preview.ts';
import { schedulePreviewJson, schedulePreviewText } from '../render/schedule-preview.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { readScheduleFile } from './schedule-file.ts';

/** What `schedule preview` was asked. */
export interface SchedulePreviewOptions {
  readonly file: string;
  /** As typed. */
  readonly from: string;
  /** As typed; after `from`. */
  readonly until: string;
  readonly output: 'text' | 'json';
}

/** Where a command writes: whole lines, each with its newline. */
export interface CommandOutput {
  out(text: string): void;
  err(text: string): void;
}

/**
 * `schedule preview`: what the Schedule of a file does between two instants. Exit code 0, 1 where
 * the file cannot be read or is wrong, 64 where an instant is.
 */
export async function runSchedulePreview(
  options: SchedulePreviewOptions,
  io: CommandOutput,
): Promise<number> {
  const from = parseInstantArgument('--from', options.from);
  if ('problem' in from) return fail(io, 64, from.problem);
  const until = parseInstantArgument('--until', options.until);
  if ('problem' in until) return fail(io, 64, until.problem);
  if (until.instant <= from.instant) {
    return fail(io, 64, `--until ${options.until} is not after --from ${options.from}`);
  }
  const read = await readScheduleFile(options.file);
  if ('problem' in read) return fail(io, 1, read.problem);
  const preview = previewSchedule(read.times, read.name, from.instant, until.instant);
  const text =
    options.output === 'json'
      ? schedulePreviewJson(preview)
      : schedulePreviewText(read.times, preview);
  io.out(`${text}\n`);
  return 0;
}

function fail(io: CommandOutput, exitCode: number, message: string): number {
  io.err(`${message}\n`);
  return exitCode;
}
