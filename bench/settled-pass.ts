import type { Ledger } from '../controller/ports.ts';
import { passUnderLease } from '../controller/service/settle.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { settleFleet, simulatedFleet } from './simulated-fleet.ts';

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
  const asked: string[] = [];
  const watch = (ledger: Ledger) => watchedLedger(ledger, asked);
  const fleet = await simulatedFleet(fleetOf(machineCount), begin, watch);
  const { account, ports } = fleet;
  await settleFleet(fleet);
  account.ghost.assertSilent();

  const callsBefore = account.calls.length;
  asked.length = 0;
  const beginMs = performance.now();
  await passUnderLease(ports, false);
  const millis = performance.now() - beginMs;
  const made = account.calls.slice(callsBefore);
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

/** The ledger, noting what it is asked. */
function watchedLedger(inner: Ledger, asked: string[]): Ledger {
  const noted = <T>(name: string, answer: T): T => {
    asked.push(name);
    return answer;
  };
  return {
    ...inner,
    marker: () => noted('marker', inner.marker()),
    lease: () => noted('lease', inner.lease()),
    putLease: (lease, overNonce) => noted('putLease', inner.putLease(lease, overNonce)),
    records: () => noted('records', inner.records()),
    requests: () => noted('requests', inner.requests()),
    putRecord: (...args) => noted('putRecord', inner.putRecord(...args)),
    putEvents: (events) => noted('putEvents', inner.putEvents(events)),
  };
}
