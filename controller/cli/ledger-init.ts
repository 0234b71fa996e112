import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { initLedger } from './wiring.ts';

/** `devinstance ledger init`: idempotent. Answers the exit code. */
export async function runLedgerInit(globals: Globals, io: Io): Promise<number> {
  const { marker, result, description } = await initLedger(globals);
  const what = result === 'created' ? 'made for' : 'already belongs to';
  io.out(
    `ledger ${description} ${what} fleet ${marker.fleet} in ${marker.account} ${marker.region}\n`,
  );
  return exitCodes.done;
}
