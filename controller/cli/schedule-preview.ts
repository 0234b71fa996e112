import { previewSchedule } from '../core/schedule/preview.ts';
import { renderProblemsText } from '../render/problems.ts';
import { schedulePreviewJson, schedulePreviewText } from '../render/schedule-preview.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
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

/**
 * `schedule preview`: what the Schedule of a file does between two instants. Exit code 0, or 1
 * where the file cannot be read or is wrong. Throws UsageError where an instant is.
 */
export async function runSchedulePreview(
  options: SchedulePreviewOptions,
  io: Pick<Io, 'out' | 'err'>,
): Promise<number> {
  const from = parseInstantArgument('--from', options.from);
  const until = parseInstantArgument('--until', options.until);
  if (until <= from) {
    const message = `--until ${options.until} is not after --from ${options.from}`;
    throw new UsageError(message, 'give a later --until');
  }
  const read = await readScheduleFile(options.file);
  if (read.problems.length > 0) io.err(renderProblemsText(read.problems));
  if (read.times === undefined) return exitCodes.failed;
  const preview = previewSchedule(read.times, read.name, from, until);
  const text =
    options.output === 'json'
      ? schedulePreviewJson(preview)
      : schedulePreviewText(read.times, preview);
  io.out(`${text}\n`);
  return exitCodes.done;
}
