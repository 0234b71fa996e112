import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Figure } from './figure.ts';
import { fleetFiles } from './fleet-files.ts';
import { medianOf } from './timing.ts';

const program = 'bin/devinstance.js';

/** Whole processes, started in turns, so that whatever else the machine does slows all alike. */
export function processFigures(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'devinstance-bench-'));
  try {
    const files = fleetFiles(1000);
    for (const file of files) {
      if (!('bytes' in file)) continue;
      mkdirSync(dirname(join(folder, file.path)), { recursive: true });
      writeFileSync(join(folder, file.path), file.bytes);
    }
    const [bare = 0, help = 0] = mediansInTurn(21, [
      ['-e', '0'],
      [program, '--help'],
    ]);
    const [validate = 0] = mediansInTurn(7, [[program, 'validate', folder]]);
    return [
      { what: 'node -e 0', median: bare, unit: 'ms', note: 'whole process' },
      { what: '--help', median: help, unit: 'ms', note: 'whole process' },
      { what: '--help beside node -e 0', median: help / bare, unit: '×', target: 2 },
      {
        what: 'validate 1,000 DevInstances',
        median: validate,
        unit: 'ms',
        target: 1000,
        note: `whole process, ${files.length} files`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The median milliseconds of each command; every round runs each of them once. */
function mediansInTurn(rounds: number, commands: readonly (readonly string[])[]): number[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, command] of commands.entries()) times[index]?.push(millisOf(command));
  }
  return times.map(medianOf);
}

function millisOf(command: readonly string[]): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const end = performance.now();
  if (status !== 0) throw new Error(`node ${command.join(' ')} exited ${status}: ${stderr}`);
  return end - begin;
}
