import { onTestFinished } from 'vitest';
import { ec2Cloud } from '../../controller/aws/ec2-cloud.ts';
import type { Action } from '../../controller/core/action.ts';
import type { DesiredFleet } from '../../controller/core/desired.ts';
import type { Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { memoryLedger } from '../../controller/ledgers/memory.ts';
import type { PassReport } from '../../controller/pass.ts';
import type { Cloud, Ledger } from '../../controller/ports.ts';
import { acquireLease } from '../../controller/service/lease.ts';
import { passUnderLease, type Settlement, settle } from '../../controller/service/settle.ts';
import { type SimAccount, simAccount } from '../../controller/sim/account.ts';
import { type Delays, laggy } from '../../controller/sim/scene.ts';
import { seedAccount } from '../../controller/sim/seed.ts';
import type { AccountState } from '../../controller/sim/state.ts';
import { memoryStore } from '../../controller/sim/store.ts';
import { readWorld } from '../../controller/world.ts';
import { mondayMorning } from './world.ts';

/** Thrown where the process is said to be killed; everything it calls afterwards throws it too. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** A simulated account, a ledger and specs, worked on by one controller after another. */
export interface Rig {
  desired: DesiredFleet;
  /** What a controller sees of what was observed: stale, partial or distorted readings. */
  lens: (observed: Observed) => Observed;
  /** Told of each batch right before it is performed; what it throws ends the pass there. */
  beforePerform: (actions: readonly Action[]) => void | Promise<void>;
  /** The controller's monotonic clock. */
  steadyMs: number;
  readonly account: SimAccount;
  readonly ledger: Ledger;
  /** Puts an empty ledger with the right marker in place of the one there was. */
  loseLedger(): Promise<void>;
  /** Calls to AWS and writes to the ledger by the last controller, in order. */
  readonly events: string[];
  /** A new controller process: runs until settled. `crashAt` counts events; .5 is after the effect. */
  settle(options?: { readonly crashAt?: number; readonly timeoutMs?: number }): Promise<Settlement>;
  /** One pass of a new controller process. */
  pass(): Promise<PassReport>;
  /** The plan as another shell sees it; nothing is written. */
  plan(): Promise<Plan>;
  /** Lets simulated time pass. */
  wait(millis: number): Promise<void>;
  /** The account itself, whatever its calls would show. */
  truth(): AccountState;
}

/** So short that a creation takes few passes, and so few crash points that mean nothing. */
export const hasty: Partial<Delays> = {
  launchMs: 1_000,
  checksMs: 3_000,
  stopMs: 1_000,
  createVolumeMs: 1_000,
  deleteVolumeMs: 0,
  attachMs: 1_000,
  bootMs: 500,
  mountMs: 500,
  formatMs: 500,
  readyMs: 500,
  detachMs: 1_000,
  snapshotMs: 1_000,
  terminateMs: 1_000,
};

/** The same on a day when EC2 is late to know what it made: the harder one to be killed on. */
export const lagging: Partial<Delays> = { ...hasty, ...laggy };

export interface RigOptions {
  readonly at?: string;
  readonly delays?: Partial<Delays>;
}

/** A rig whose ghost must stay silent to the end of the test. */
export async function makeRig(desired: DesiredFleet, options: RigOptions = {}): Promise<Rig> {
  const rig = await openRig(desired, options);
  onTestFinished(() => rig.account.ghost.assertSilent());
  return rig;
}

/** A rig that lives no longer than its caller wants it to, who asks its ghost. */
export async function openRig(
  desired: DesiredFleet,
  { at = mondayMorning, delays = {} }: RigOptions = {},
): Promise<Rig> {
  const startedAt = Date.parse(at);
  const wall = { millis: () => startedAt };
  const store = memoryStore(seedAccount(desired, at));
  const account = simAccount({ store, wallClock: wall, delays });
  const { region, name: fleet } = desired.fleet;
  const marker = { fleet, account: '111122223333', region };
  let ledger = memoryLedger();
  await ledger.init(marker);
  const events: string[] = [];
  let uids = 0;
  const rig: Rig = {
    desired,
    lens: (observed) => observed,
    beforePerform: () => {},
    steadyMs: 0,
    account,
    get ledger() {
      return ledger;
    },
    loseLedger: async () => {
      ledger = memoryLedger();
      await ledger.init(marker);
    },
    events,
    settle: ({ crashAt, timeoutMs = 7_200_000 } = {}) =>
      asProcess(crashAt, (ports) => settle(ports, { observeOnly: false, timeoutMs })),
    pass: () => asProcess(undefined, (ports) => passUnderLease(ports, false)),
    plan: async () => {
      const { ec2, ssm, sts, clock } = account;
      const observer = ec2Cloud({
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
      const { world } = await readWorld({ specs, observer, ledger, clock }, false);
      return makePlan(world);
    },
    wait: (millis) => account.clock.sleep(millis),
    truth: () => store.read(),
  };
  const hosts = {
    reports: async () => account.reports(),
    activity: async () => account.activity(),
  };
  const specs = { read: async () => ({ desired: rig.desired, problems: [], files: 1 }) };

  async function asProcess<T>(
    crashAt: number | undefined,
    work: (ports: Parameters<typeof settle>[0]) => Promise<T>,
  ): Promise<T> {
    events.length = 0;
    let dead = false;
    const meet = (event: string, phase: 'before' | 'after') => {
      if (dead) throw new Crash('dead');
      if (phase === 'before') events.push(event);
      const point = events.length - (phase === 'before' ? 1 : 0.5);
      if (crashAt !== undefined && point >= crashAt) {
        dead = true;
        throw new Crash(`killed ${phase} ${event}`);
      }
    };
    account.faults.onCall((call, phase) => meet(call.action, phase));
    const watched: Ledger = {
      ...ledger,
      putRecord: async (...args) => {
        meet('putRecord', 'before');
        const stored = await ledger.putRecord(...args);
        meet('putRecord', 'after');
        return stored;
      },
      putChannel: async (...args) => {
        meet('putChannel', 'before');
        await ledger.putChannel(...args);
        meet('putChannel', 'after');
      },
      putEvents: async (written) => {
        meet('putEvents', 'before');
        await ledger.putEvents(written);
        meet('putEvents', 'after');
      },
      endRequest: async (...args) => {
        meet('endRequest', 'before');
        const isEnded = await ledger.endRequest(...args);
        meet('endRequest', 'after');
        return isEnded;
      },
    };
    const steady = { millis: () => rig.steadyMs, wait: async () => {} };
    try {
      const lease = await acquireLease({
        ledger,
        holder: 'rig',
        steady,
        ttlMs: 60_000,
        callTimeoutMs: 0,
        isHolderDead: () => true,
      });
      const { ec2, ssm, sts, clock } = account;
      const clear = ec2Cloud({
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
      const cloud: Cloud = {
        ...clear,
        observe: async (interest) => rig.lens(await clear.observe(interest)),
        perform: async (actions, mayMutate) => {
          await rig.beforePerform(actions);
          return clear.perform(actions, mayMutate);
        },
      };
      const newUid = () => `uid-${++uids}`;
      const result = await work({ specs, cloud, ledger: watched, clock, steady, lease, newUid });
      // A killed process may look alive to itself where it takes the kill for a failed read.
      if (dead) throw new Crash('dead');
      await lease.release();
      return result;
    } finally {
      account.faults.onCall(undefined);
    }
  }
  return rig;
}
