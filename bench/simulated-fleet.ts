import { callTimeoutMs } from '../controller/aws/clients.ts';
import { ec2Cloud } from '../controller/aws/ec2-cloud.ts';
import type { DesiredFleet } from '../controller/core/desired.ts';
import { hourMs, type Instant } from '../controller/core/instant.ts';
import { memoryLedger } from '../controller/ledgers/memory.ts';
import type { PassPorts } from '../controller/pass.ts';
import type { Ledger } from '../controller/ports.ts';
import { acquireLease, LEASE_TTL_MS, type Lease } from '../controller/service/lease.ts';
import { type Settlement, settle } from '../controller/service/settle.ts';
import { type SimAccount, simAccount } from '../controller/sim/account.ts';
import type { RecordedCall } from '../controller/sim/calls.ts';
import { seedAccount } from '../controller/sim/seed.ts';
import { memoryStore } from '../controller/sim/store.ts';
import { rememberingLedger } from './remembering-ledger.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** A simulated account with what a controller needs to work on it. */
export interface SimulatedFleet {
  readonly desired: DesiredFleet;
  readonly account: SimAccount;
  /** The time of account and controller; the account's own clock would add sleeps up. */
  readonly clock: VirtualClock;
  readonly ports: PassPorts & { readonly lease: Lease };
}

/** An empty account for the fleet; `watch` may note what the ledger is asked. */
export async function simulatedFleet(
  desired: DesiredFleet,
  begin: Instant,
  watch: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<SimulatedFleet> {
  const { region, name: fleet, account: id = '' } = desired.fleet;
  const clock = virtualClock(Date.parse(begin));
  const store = memoryStore(seedAccount(desired, begin));
  const account = simAccount({ store, wallClock: clock });
  const { ec2, ssm, sts } = account;
  const ledger = watch(rememberingLedger(memoryLedger()));
  await ledger.init({ fleet, account: id, region });
  const hosts = {
    reports: async () => account.reports(),
    activity: async () => account.activity(),
  };
  const cloud = ec2Cloud({
    ec2,
    ec2Mutations: ec2,
    ssm,
    ssmMutations: ssm,
    sts,
    region,
    fleet,
    clock,
    ...hosts,
  });
  const { steady } = clock;
  const lease = await acquireLease({
    ledger,
    holder: 'bench',
    steady,
    ttlMs: LEASE_TTL_MS,
    callTimeoutMs,
    isHolderDead: () => true,
  });
  let uids = 0;
  const newUid = () => `uid-${++uids}`;
  const specs = { read: async () => ({ desired, problems: [], files: desired.devInstances.size }) };
  return { desired, account, clock, ports: { specs, cloud, ledger, clock, steady, lease, newUid } };
}

/** Works with the lease renewed beside the work, as the controller does. */
export async function whileRenewing<T>(
  { ports, clock }: SimulatedFleet,
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const renewal = (async () => {
    for (;;) {
      await clock.sleep(LEASE_TTL_MS / 3);
      if (isOver) return;
      await ports.lease.renew();
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await renewal;
  }
}

/** Runs passes until the fleet is settled, for at most four hours of virtual time. */
export async function settleFleet(fleet: SimulatedFleet): Promise<Settlement> {
  const options = { observeOnly: false, timeoutMs: 4 * hourMs };
  const settlement = await whileRenewing(fleet, () => settle(fleet.ports, options));
  const { end } = settlement;
  if (end !== 'settled') throw new Error(`the fleet is ${end} at ${fleet.clock.now()}`);
  return settlement;
}

/** Lets virtual time pass until then, in milliseconds since the epoch. */
export async function waitUntil({ clock }: SimulatedFleet, moment: number): Promise<void> {
  await clock.sleep(moment - clock.millis());
}

/** A call beyond EC2's rates. */
export function isRefusedByRate({ result }: RecordedCall): boolean {
  return result === 'RequestLimitExceeded';
}
