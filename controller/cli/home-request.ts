import { plusMillis } from '../core/instant.ts';
import { completeSnapshotsOf } from '../core/plan/home-rows.ts';
import type { DevInstanceRecord } from '../core/record.ts';
import type { RequestedWork } from '../core/request.ts';
import { OperatorError } from '../ports.ts';
import { visible } from '../render/visible.ts';
import { checkPlace, usableFleet } from '../world.ts';
import {
  type AskingParts,
  newRequest,
  reasonOf,
  requestMs,
  sayNext,
  withAskingParts,
} from './asking.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { hintFor } from './views.ts';

export interface HomeRequestOptions {
  readonly reason?: string;
}

/** `devinstance home snapshot NAME`: asks the controller for a snapshot. Answers the exit code. */
export async function runHomeSnapshot(
  name: string,
  options: HomeRequestOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const reason = reasonOf(options);
  return askFor(name, globals, async (parts, record) => {
    await put(parts, name, { kind: 'snapshot-home' }, reason);
    io.out(`asked for a snapshot of home ${record.homeId} of ${name}\n`);
    sayNext(io, name, 'makes it');
  });
}

/** `devinstance home restore NAME --from SNAPSHOT|latest`: asks for a new home. Answers the exit code. */
export async function runHomeRestore(
  name: string,
  options: HomeRequestOptions & { readonly from: string },
  globals: Globals,
  io: Io,
): Promise<number> {
  const { from } = options;
  if (from !== 'latest' && !/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/.test(from)) {
    throw new UsageError(`"${from}" is no snapshot`, 'write --from latest or --from snap-…');
  }
  const reason = reasonOf(options);
  return askFor(name, globals, async (parts, record) => {
    const snapshotId = from === 'latest' ? await latestOf(parts, record) : from;
    await put(parts, name, { kind: 'restore-home', snapshotId }, reason);
    io.out(`asked for a new home of ${name} from ${snapshotId}, in ${record.az}\n`);
    io.out(`  a running machine is stopped for it; ${record.homeId} is kept and released\n`);
    sayNext(io, name, 'does it');
  });
}

/** Runs the work with the record of a DevInstance that has a home, in the right place. */
function askFor(
  name: string,
  globals: Globals,
  work: (parts: AskingParts, record: DevInstanceRecord) => Promise<void>,
): Promise<number> {
  return withAskingParts(globals, async (parts) => {
    await checkPlace(usableFleet(await parts.specs.read()), parts);
    await work(parts, await recordWithHome(parts, name));
    return exitCodes.done;
  });
}

async function recordWithHome({ ledger }: AskingParts, name: string): Promise<DevInstanceRecord> {
  const records = (await ledger.records()).map(({ record }) => record);
  const record = records.find((each) => each.name === name);
  if (record === undefined) {
    const known = records.map((each) => each.name);
    throw new OperatorError(`there is no DevInstance ${visible(name)}`, hintFor(name, known));
  }
  if (record.homeId !== undefined) return record;
  throw new OperatorError(`${name} has no home yet`, 'devinstance plan shows what it waits for');
}

async function latestOf({ observer, specs }: AskingParts, record: DevInstanceRecord) {
  const { fleet } = usableFleet(await specs.read());
  const snapshots = await observer.listSnapshots(fleet.name);
  const [latest] = completeSnapshotsOf(record, snapshots);
  if (latest !== undefined) return latest.id;
  throw new OperatorError(
    `no complete snapshot of a home of ${record.name} carries the fleet's tag`,
    'name one with --from snap-…',
  );
}

async function put(
  { ledger, clock }: AskingParts,
  name: string,
  work: RequestedWork,
  reason: string,
): Promise<void> {
  const at = clock.now();
  const expiresAt = plusMillis(at, requestMs);
  await ledger.putRequest(newRequest(name, work, { reason, at, expiresAt }));
}
