import { basename } from 'node:path';
import type { Problem, ScheduleTimes } from '../core/desired.ts';
import { previewSchedule } from '../core/schedule/preview.ts';
import { resolveTimes } from '../core/spec/resolve.ts';
import { findManifest } from '../core/spec/sources.ts';
import { renderProblemsText } from '../render/problems.ts';
import { schedulePreviewJson, schedulePreviewText } from '../render/schedule-preview.ts';
import { visible } from '../render/visible.ts';
import { systemClock } from '../service/system-clock.ts';
import { folderSpecs } from '../sources/folder.ts';
import { usableFleet } from '../world.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { parseSpan, type SpanIn, type SpanOptions } from './preview-span.ts';
import { readScheduleFile } from './schedule-file.ts';
import { hintFor } from './views.ts';

/** How `schedule preview` was asked. */
export interface PreviewOptions extends SpanOptions {
  readonly output: 'text' | 'json';
}

/** What `schedule preview` was asked. */
export interface PreviewCommandOptions extends PreviewOptions {
  readonly file?: string;
  readonly schedule?: string;
}

type Out = Pick<Io, 'out' | 'err'>;

/**
 * `devinstance schedule preview`: of a machine, of a Schedule in the specs, or of one in a file.
 * Answers the exit code. Throws UsageError unless exactly one is named.
 */
export async function runPreview(
  name: string | undefined,
  options: PreviewCommandOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const { file, schedule } = options;
  const named = [name, file, schedule].filter((each) => each !== undefined);
  if (named.length !== 1) {
    const what = named.length === 0 ? 'nothing' : 'more than one thing';
    throw new UsageError(
      `${what} is named to preview`,
      'give a DevInstance, or --schedule NAME, or --file FILE',
    );
  }
  if (file !== undefined) return runSchedulePreview({ ...options, file }, io);
  if (schedule !== undefined) return previewNamed(schedule, options, globals, io);
  const { runMachinePreview } = await import('./machine-preview.ts');
  return runMachinePreview(name ?? '', options, globals, io);
}

/**
 * `schedule preview --file`: what the Schedule of a file does between two instants. Exit code 0, or
 * 1 where the file cannot be read or is wrong. Throws UsageError where an instant is.
 */
export async function runSchedulePreview(
  options: PreviewOptions & { readonly file: string },
  io: Out,
): Promise<number> {
  const span = parseSpan(options);
  const read = await readScheduleFile(options.file);
  sayProblems(read.problems, io);
  if (read.times === undefined) return exitCodes.failed;
  return sayPreview(read, span, options, io);
}

async function previewNamed(
  name: string,
  options: PreviewOptions,
  { specs }: Globals,
  io: Out,
): Promise<number> {
  const span = parseSpan(options);
  const parsed = await folderSpecs(specs).read();
  const { sources } = usableFleet(parsed);
  const found = sources && findManifest(sources, 'Schedule', name);
  if (found !== undefined) {
    return sayPreview({ name, times: resolveTimes(found.spec) }, span, options, io);
  }
  const broken = parsed.problems.filter(({ file }) => basename(file) === `${name}.yaml`);
  sayProblems(broken, io);
  if (broken.length === 0) {
    const all = [...(sources?.manifests.values() ?? [])];
    const known = all.flatMap((each) => (each.kind === 'Schedule' ? [each.name] : []));
    const hint = hintFor(name, known, `there are ${known.join(', ') || 'none'}`);
    io.err(`devinstance: there is no Schedule ${visible(name)} in ${specs}; ${hint}\n`);
  }
  return exitCodes.failed;
}

function sayProblems(problems: readonly Problem[], io: Out): void {
  if (problems.length > 0) io.err(renderProblemsText(problems));
}

function sayPreview(
  { name, times }: { readonly name: string; readonly times: ScheduleTimes },
  span: SpanIn,
  { output }: PreviewOptions,
  io: Out,
): number {
  const { from, until } = span(times.timezone, systemClock().now());
  const preview = previewSchedule(times, name, from, until);
  const text =
    output === 'json' ? schedulePreviewJson(preview) : schedulePreviewText(times, preview);
  io.out(`${text}\n`);
  return exitCodes.done;
}
