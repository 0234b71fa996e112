import { ec2Cloud } from '../controller/aws/ec2-cloud.ts';
import type { DevInstanceRecord } from '../controller/core/record.ts';
import { memoryLedger } from '../controller/ledgers/memory.ts';
import type { Ledger, StoredRecord } from '../controller/ports.ts';
import { acquireLease } from '../controller/service/lease.ts';
import { passUnderLease, settle } from '../controller/service/settle.ts';
import { simAccount } from '../controller/sim/account.ts';
import { seedAccount } from '../controller/sim/seed.ts';
import { memoryStore } from '../controller/sim/store.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';

const begin = '2026-11-23T12:00:00.000Z';

/** What a pass over a settled account asks and writes, on the simulated account. */
export async function settledPassFigures(): Promise<readonly Figure[]> {
  return [...(await figuresFor(10)), ...(await figuresFor(1000))];
}

async function figuresFor(machineCount: number): Promise<readonly Figure[]> {
  const { reads, writes, millis } = await settledPass(machineCount);
  const what = `settled pass, ${machineCount.toLocaleString('en')} machines`;
  return [
    { what: `${what}: time`, median: millis, unit: 'ms', note: 'once' },
    {
      what: `${what}: writes`,
      median: writes.filter((write) => write !== 'putLease').length,
      unit: 'writes',
      target: 0,
      note: `beside ${listing(writes.filter((write) => write === 'putLease'))}`,
    },
    { what: `${what}: reads`, note: listing(reads) },
  ];
}

function listing(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} × ${count}`).join(', ');
}

async function settledPass(machineCount: number) {
  const desired = fleetOf(machineCount);
  const { region, name: fleet, account: id = '' } = desired.fleet;
  const account = simAccount({
    store: memoryStore(seedAccount(desired, begin)),
    wallClock: { millis: () => Date.parse(begin) },
  });
  const { ec2, ssm, sts, clock, calls } = account;
  const asked: string[] = [];
  const ledger = watchedLedger(asked);
  await ledger.init({ fleet, account: id, region });
  const reports = async () => account.reports();
  const cloud = ec2Cloud({ ec2, ec2Mutations: ec2, ssm, sts, region, fleet, clock, reports });
  const steady = { millis: () => 0, wait: async () => {} };
  const lease = await acquireLease({
    ledger,
    holder: 'bench',
    steady,
    ttlMs: 15_000,
    callTimeoutMs: 0,
    isHolderDead: () => true,
  });
  let uids = 0;
  const newUid = () => `uid-${++uids}`;
  const specs = { read: async () => ({ desired, problems: [], files: machineCount }) };
  const ports = { specs, cloud, ledger, clock, steady, lease, newUid };
  const { end } = await settle(ports, { observeOnly: false, timeoutMs: 7_200_000 });
  if (end !== 'settled') throw new Error(`the account to look at is ${end}, not settled`);
  account.ghost.assertSilent();

  const callsBefore = calls.length;
  asked.length = 0;
  const beginMs = performance.now();
  await passUnderLease(ports, false);
  const millis = performance.now() - beginMs;
  const made = calls.slice(callsBefore);
  return {
    millis,
    reads: [
      ...asked.filter((name) => !name.startsWith('put')).map((name) => `ledger ${name}`),
      ...made.filter((call) => !call.isMutation).map((call) => call.action),
    ],
    writes: [
      ...asked.filter((name) => name.startsWith('put')),
      ...made.filter((call) => call.isMutation).map((call) => call.action),
    ],
  };
}

/**
 * A ledger that notes what it is asked. Its records are kept one by one, because the memory ledger
 * reads and writes its whole document for each.
 */
function watchedLedger(asked: string[]): Ledger {
  const inner = memoryLedger();
  const records = new Map<string, StoredRecord>();
  const noted = <T>(name: string, answer: T): T => {
    asked.push(name);
    return answer;
  };
  return {
    ...inner,
    marker: () => noted('marker', inner.marker()),
    lease: () => noted('lease', inner.lease()),
    putLease: (lease, overNonce) => noted('putLease', inner.putLease(lease, overNonce)),
    records: async () => noted('records', [...records.values()].map(copyOf)),
    putRecord: async (record: DevInstanceRecord, overVersion) => {
      const stored = copyOf({ record, version: overVersion + 1 });
      records.set(record.name, stored);
      return noted('putRecord', stored);
    },
  };
}

function copyOf(stored: StoredRecord): StoredRecord {
  return JSON.parse(JSON.stringify(stored));
}
