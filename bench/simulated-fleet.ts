import { ec2Cloud } from '../controller/aws/ec2-cloud.ts';
import type { DesiredFleet } from '../controller/core/desired.ts';
import type { Instant } from '../controller/core/instant.ts';
import { memoryLedger } from '../controller/ledgers/memory.ts';
import type { PassPorts } from '../controller/pass.ts';
import type { Ledger } from '../controller/ports.ts';
import { acquireLease, type Lease } from '../controller/service/lease.ts';
import { type SimAccount, simAccount } from '../controller/sim/account.ts';
import { seedAccount } from '../controller/sim/seed.ts';
import { memoryStore } from '../controller/sim/store.ts';

/** A simulated account with what a controller needs to work on it. */
export interface SimulatedFleet {
  readonly account: SimAccount;
  readonly ports: PassPorts & { readonly lease: Lease };
}

/** An empty account for the fleet; `watch` may note what the ledger is asked. */
export async function simulatedFleet(
  desired: DesiredFleet,
  begin: Instant,
  watch: (ledger: Ledger) => Ledger = (ledger) => ledger,
): Promise<SimulatedFleet> {
  const { region, name: fleet, account: id = '' } = desired.fleet;
  const account = simAccount({
    store: memoryStore(seedAccount(desired, begin)),
    wallClock: { millis: () => Date.parse(begin) },
  });
  const { ec2, ssm, sts, clock } = account;
  const ledger = watch(memoryLedger());
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
  const specs = { read: async () => ({ desired, problems: [], files: desired.devInstances.size }) };
  return { account, ports: { specs, cloud, ledger, clock, steady, lease, newUid } };
}
