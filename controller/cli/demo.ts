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

function printNext(globals: Globals, file: string, io: Io): void {
  const cloud = file === defaultAccountFile ? '' : ` --cloud sim:${file}`;
  const rest = `${cloud}${globals.specs === 'specs' ? '' : ` --specs ${globals.specs}`}`;
  io.out(
    [
      '',
      `What to try next, in any shell:`,
      `  edit a file in ${globals.specs}, then`,
      `  npx devinstance plan${rest}                what the controller would do`,
      `  npx devinstance controller --once${rest}   one pass; again for the next step`,
      `  npx devinstance get -o wide${rest}         what is, and why`,
      `  npx devinstance demo --fresh${rest}        begin anew`,
      '',
    ].join('\n'),
  );
}
