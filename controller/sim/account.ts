import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { DesiredFleet } from '../core/desired.ts';
import { fromMillis } from '../core/instant.ts';
import type { HostReport } from '../core/observed.ts';
import type { Clock } from '../ports.ts';
import type { RecordedCall, RunningCall } from './calls.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { handlerOf } from './dispatch.ts';
import type { ServiceName } from './errors.ts';
import { type Faults, faultList } from './faults.ts';
import { type Finding, foresee, inspect } from './ghost.ts';
import { reportsAt } from './host.ts';
import { contentOf } from './lifecycle.ts';
import { type People, peopleOf } from './people.ts';
import { cloneData, type Delays, type Scene, usualDelays } from './scene.ts';
import { addMissing } from './seed.ts';
import type { AccountState, Actor, DiskContent, Violation } from './state.ts';
import type { AccountStore } from './store.ts';

export interface SimOptions {
  readonly store: AccountStore;
  readonly wallClock: { millis(): number };
  readonly delays?: Partial<Delays>;
  /** The page that listings without MaxResults are cut into; 1000 unless told. */
  readonly pageSize?: number;
}

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
  /** What the hosts of running machines say, by machine id. */
  reports(): ReadonlyMap<string, HostReport>;
  /** What is on a volume's disk; undefined while it was never formatted, or is deleted. */
  disk(volumeId: string): DiskContent | undefined;
  /** Adds what these specs name and the account lacks: subnets, groups, images, parameters. */
  ensureSeeded(desired: DesiredFleet): Promise<void>;
}

/** A command of the SDK, as far as the simulator looks at it. */
interface AnyCommand {
  readonly input: object;
}

/** Works on the document as somebody; for everything that changes it. */
export type Act = <T>(actor: Actor, act: (scene: Scene) => T) => Promise<T>;

/** A simulated account over a store. Several may share one file. */
export function simAccount(options: SimOptions): SimAccount {
  const { store, wallClock, pageSize = 1000 } = options;
  const delays: Delays = { ...usualDelays, ...options.delays };
  const faults = faultList();
  const calls: RunningCall[] = [];
  const hidden = new Set<string>();
  const nowIn = (state: AccountState) => wallClock.millis() + state.offsetMs;
  const sceneOf = (state: AccountState, actor: Actor, findings: Finding[]): Scene => ({
    state,
    now: nowIn(state),
    delays,
    actor,
    hidden,
    pageSize,
    note: (rule, message) => findings.push({ rule, message }),
  });
  const look = (): Scene => sceneOf(store.read(), 'person', []);
  const act: Act = (actor, work) => store.change((state) => work(sceneOf(state, actor, [])));
  const perform = (action: string, input: object, answer: (scene: Scene) => object) =>
    store.change((state) => {
      const findings: Finding[] = [];
      const scene = sceneOf(state, 'controller', findings);
      findings.push(...foresee(scene, action, input));
      const output = answer(scene);
      findings.push(...inspect(scene, action, input));
      const { now: at } = scene;
      state.violations.push(...findings.map((finding) => ({ ...finding, action, at })));
      return output;
    });
  const send = async (service: ServiceName, command: AnyCommand): Promise<object> => {
    const action = command.constructor.name.replace(/Command$/, '');
    const input = cloneData(command.input);
    const { isMutation, answer } = handlerOf(service, action, input);
    const at = fromMillis(nowIn(store.read()));
    const parameters = cloneData(input) as Record<string, unknown>;
    const index = calls.length;
    const call: RunningCall = {
      ...{ index, service, action, isMutation, parameters, at },
      applied: false,
      result: 'pending',
    };
    calls.push(call);
    const fault = faults.meet(call);
    try {
      fault.strike('before');
      const output = isMutation
        ? await perform(action, input, (scene) => answer(scene, input as never))
        : answer(look(), input as never);
      call.applied = true;
      fault.strike('after');
      call.result = 'ok';
      const requestId = `sim-${index}`;
      const metadata = { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 };
      return { ...output, $metadata: metadata };
    } catch (error) {
      call.result = error instanceof Error ? error.name : 'unknown';
      throw error;
    }
  };
  // The clients' `send` is typed by hundreds of commands; which of them are answered is known at
  // run time only. This is the one place where that gap is stepped over.
  const client = (service: ServiceName): unknown => ({
    send: (command: AnyCommand) => send(service, command),
  });
  return {
    ec2: client('ec2') as Pick<EC2Client, 'send'>,
    ssm: client('ssm') as Pick<SSMClient, 'send'>,
    sts: client('sts') as Pick<STSClient, 'send'>,
    clock: {
      now: () => fromMillis(nowIn(store.read())),
      sleep: (millis) =>
        store.change((state) => {
          state.offsetMs += Math.max(0, millis);
        }),
    },
    calls,
    faults,
    ghost: ghostOver(store),
    people: peopleOf(act),
    conditions: conditionsOf(act, hidden),
    reports: () => reportsAt(look()),
    disk: (volumeId) => {
      const scene = look();
      const volume = scene.state.volumes[volumeId];
      return volume && contentOf(scene, volume);
    },
    ensureSeeded: (desired) => store.change((state) => addMissing(state, desired, nowIn(state))),
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
