import { rm } from 'node:fs/promises';
import { makePlan } from '../core/plan/make-plan.ts';
import { statusTable } from '../render/status-table.ts';
import { readWorld } from '../world.ts';
import { settleAndReport } from './controller.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { defaultAccountFile, ledgerFor, parseCloud } from './targets.ts';
import { type ActingParts, openForActing, withLease } from './wiring.ts';

/** Simulated time, which passes at once: more than any machine takes to become ready. */
const timeoutMs = 60 * 60_000;

/** `devinstance demo`: the controller on the simulated account until all is settled. Answers the exit code. */
export async function runDemo(
  options: { readonly fresh?: boolean },
  globals: Globals,
  io: Io,
): Promise<number> {
  const cloud = parseCloud(globals.cloud);
  if (cloud.kind !== 'sim') {
    throw new UsageError('the demo runs on a simulated account only', 'leave --cloud away');
  }
  const ledger = ledgerFor(cloud, globals.ledger);
  if (options.fresh) {
    await rm(cloud.file, { force: true });
    if (ledger.kind === 'file') await rm(ledger.path, { force: true });
  }
  const parts = await openForActing(globals);
  try {
    io.out(`A simulated account in ${cloud.file}; waiting costs no time here.\n\n`);
    const code = await withLease(parts, io, (ports) =>
      settleAndReport(ports, { observeOnly: false, timeoutMs }, io),
    );
    await printFleet(parts, io);
    if (code === exitCodes.done) printNext(globals, cloud.file, io);
    return code;
  } finally {
    await parts.close();
  }
}

async function printFleet(parts: ActingParts, io: Io): Promise<void> {
  const { world } = await readWorld({ ...parts, observer: parts.cloud }, true);
  io.out(`\n${statusTable(makePlan(world).statuses, world.now, 'table', io.paint)}`);
}

/** Commands that work on the same account, ledger and specs, also in another shell. */
function printNext(globals: Globals, file: string, io: Io): void {
  const rest = [
    file === defaultAccountFile ? '' : ` --cloud sim:${file}`,
    globals.ledger === undefined ? '' : ` --ledger ${globals.ledger}`,
    globals.specs === 'specs' ? '' : ` --specs ${globals.specs}`,
  ].join('');
  const commands = [
    ['plan', 'what the controller would do'],
    ['controller --once', 'one pass; again for the next step'],
    ['get -o wide', 'what is, and why'],
    ['events', 'what happened'],
    ['demo --fresh', 'begin anew'],
  ] as const;
  const lines = commands.map(([command, what]) => [`npx devinstance ${command}${rest}`, what]);
  const width = Math.max(...lines.map(([line]) => line?.length ?? 0));
  io.out(`\nWhat to try next, in any shell:\n  edit a file in ${globals.specs}, then\n`);
  for (const [line = '', what] of lines) io.out(`  ${line.padEnd(width)}   ${what}\n`);
}
