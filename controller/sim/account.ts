import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DesiredFleet } from '../core/desired.ts';
import { fromMillis } from '../core/instant.ts';
import type { Activity, HostReport } from '../core/observed.ts';
import type { Clock } from '../ports.ts';
import { activityAt } from './activity.ts';
import type { RecordedCall, RunningCall } from './calls.ts';
import { type AnyCommand, callAnswerer } from './client.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import type { ServiceName } from './errors.ts';
import { type Faults, faultList } from './faults.ts';
import { reportsAt } from './host.ts';
import { contentOf } from './lifecycle.ts';
import { type People, peopleOf } from './people.ts';
import { rateLimits } from './rates.ts';
import type { Quirks } from './scene.ts';
import { addMissing, hasAll } from './seed.ts';
import { type SimOptions, stageOver } from './stage.ts';
import type { DiskContent, Violation } from './state.ts';
import type { AccountStore } from './store.ts';

/** The observer that knows the truth (design, decision 17). */
export interface Ghost {
  /** All violations since the account was made, by any process. */
  readonly violations: readonly Violation[];
  /** Throws an error that lists the violations, if there are any. */
  assertSilent(): void;
}

/** A simulated AWS account as its users see it: clients below, people beside, a ghost above. */
export interface SimAccount {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  /** Virtual: the wall clock plus a stored offset; sleeping adds to the offset and returns. */
  readonly clock: Clock;
  /** Every call through the three clients of this object, in order. */
  readonly calls: readonly RecordedCall[];
  readonly faults: Faults;
  readonly ghost: Ghost;
  readonly people: People;
  readonly conditions: Conditions;
  /** What the hosts reported last, by machine id: also of machines that are off by now. */
  reports(): ReadonlyMap<string, HostReport>;
  /** Whether running machines are used, by machine id. */
  activity(): ReadonlyMap<string, Activity>;
  /** What is on a volume's disk; undefined while it was never formatted. */
  disk(volumeId: string): DiskContent | undefined;
  /** Adds what these specs name and the account lacks: subnets, groups, images, parameters. */
  ensureSeeded(desired: DesiredFleet): Promise<void>;
}

/** A simulated account over a store; several objects may share one file. */
export function simAccount(options: SimOptions): SimAccount {
  const { store } = options;
  const quirks: Quirks = {
    hidden: new Set(),
    answersChangedTokens: false,
    roughPages: undefined,
    throttles: false,
  };
  const stage = stageOver(options, quirks);
  const calls: RunningCall[] = [];
  const faults = faultList();
  const answer = callAnswerer(stage, { faults, quirks, limits: rateLimits() }, calls);
  // The clients' `send` is typed by hundreds of commands; which of them are answered is known at
  // run time only. This is the one place where that gap is stepped over.
  const client = (service: ServiceName): unknown => ({
    send: (command: AnyCommand) => answer(service, command),
  });
  return {
    ec2: client('ec2') as Pick<EC2Client, 'send'>,
    ssm: client('ssm') as Pick<SSMClient, 'send'>,
    sts: client('sts') as Pick<STSClient, 'send'>,
    clock: {
      now: () => fromMillis(stage.look().now),
      sleep: (millis) =>
        stage.act(({ state }) => {
          state.offsetMs += Math.max(0, millis);
        }),
    },
    calls,
    faults,
    ghost: ghostOver(store),
    people: peopleOf(stage.act),
    conditions: conditionsOf(stage.act, quirks),
    reports: () => reportsAt(stage.look()),
    activity: () => activityAt(stage.look()),
    disk: (volumeId) => {
      const scene = stage.look();
      const volume = scene.state.volumes[volumeId];
      return volume && contentOf(scene, volume);
    },
    ensureSeeded: async (desired) => {
      // A plan that needs nothing new must not write.
      if (hasAll(store.read(), desired)) return;
      await stage.act(({ state, now }) => addMissing(state, desired, now));
    },
  };
}

function ghostOver(store: AccountStore): Ghost {
  return {
    get violations() {
      return [...store.read().violations];
    },
    assertSilent: () => {
      const { violations } = store.read();
      if (violations.length === 0) return;
      const lines = violations.map(
        ({ rule, message, action, at }) => `${rule} ${message} (${action}, ${fromMillis(at)})`,
      );
      throw new Error(`the ghost saw ${lines.length} violations:\n${lines.join('\n')}`);
    },
  };
}
