import type { Problem } from '../core/desired.ts';
import { interlockFault } from '../core/faults/removal-faults.ts';
import { emptySourceRemedy } from '../core/guard.ts';
import { makeProblem } from '../core/spec/problem.ts';
import { folderSpecs } from '../sources/folder.ts';
import type { Globals } from './globals.ts';
import { openLedgerAlone } from './wiring.ts';

/**
 * A folder without a single spec file beside a ledger in which DevInstances live: a broken
 * check-out, not a wish. Undefined for any other folder, and where the ledger cannot be read.
 */
async function findEmptied(globals: Globals): Promise<Problem | undefined> {
  const { files, problems } = await folderSpecs(globals.specs).read();
  const [noFleet] = problems;
  if (files > 0 || noFleet === undefined) return undefined;
  const ledger = await openLedgerAlone(globals);
  try {
    const { length } = await ledger.records();
    if (length === 0) return undefined;
    const fault = interlockFault({
      reason: 'InterlockEmptySource',
      message: `there is no spec file, and ${length} DevInstances in the ledger ${ledger.description}: nothing is done`,
      remedy: emptySourceRemedy,
    });
    return makeProblem(noFleet.file, noFleet, fault);
  } finally {
    await ledger.close();
  }
}

/** Opens; where that fails because all files are gone, answers so. Throws whatever else it fails of. */
export async function openUnlessEmptied<Ports>(
  open: (globals: Globals) => Promise<Ports>,
  globals: Globals,
): Promise<{ readonly ports: Ports } | { readonly emptied: Problem }> {
  try {
    return { ports: await open(globals) };
  } catch (error) {
    const emptied = await findEmptied(globals).catch(() => undefined);
    if (emptied === undefined) throw error;
    return { emptied };
  }
}
