import type { SpecFile } from '../controller/core/desired.ts';
import { parseSpecs } from '../controller/core/spec/parse-specs.ts';
import type { Figure } from './figure.ts';
import { fleetFiles } from './fleet-files.ts';
import { hostileFiles } from './hostile-files.ts';
import { timeRuns } from './timing.ts';

/** How long one hostile file of at most 16 KiB keeps the parser busy. */
export async function parsingFigures(): Promise<readonly Figure[]> {
  const around = fleetFiles(1);
  const read = (text: string) => {
    const file: SpecFile = { path: 'instances/bad-01.yaml', bytes: new TextEncoder().encode(text) };
    parseSpecs([...around, file]);
  };
  const times: { what: string; medianMs: number; maxMs: number }[] = [];
  for (const [what, text] of Object.entries(hostileFiles)) {
    times.push({ what, ...(await timeRuns(7, () => text, read)) });
  }
  times.sort((one, other) => other.medianMs - one.medianMs);
  return times.slice(0, 3).map(({ what, medianMs, maxMs }, rank) => ({
    what: `hostile file, ${['slowest', '2nd', '3rd'][rank]} of ${times.length}`,
    median: medianMs,
    unit: 'ms',
    target: 250,
    note: `${what}; once ${maxMs.toFixed(0)} ms`,
  }));
}
