import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ScheduleTimes } from '../core/desired.ts';
import { compileSchedule } from '../core/schedule/compiled-schedule.ts';

/** A Schedule that was read from a file, or what is wrong with it and what to do. */
export type ScheduleFile =
  | { readonly name: string; readonly times: ScheduleTimes }
  | { readonly problem: string };

/** Reads one Schedule from its YAML file. */
export async function readScheduleFile(file: string): Promise<ScheduleFile> {
  try {
    const document = parse(await readFile(file, 'utf8'), { stringKeys: true });
    if (document?.kind !== 'Schedule') {
      return { problem: `${file} is not a Schedule: give a file with kind: Schedule` };
    }
    const { timezone, mode, windows = [], exceptions = [] } = document.spec;
    const times: ScheduleTimes = { timezone, windows, exceptions, ...(mode && { mode }) };
    compileSchedule(times);
    return { name: document.metadata.name, times };
  } catch (error) {
    return { problem: `${file}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
