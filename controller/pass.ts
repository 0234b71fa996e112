import type { Action, Outcome } from './core/action.ts';
import type { ParsedSpecs } from './core/desired.ts';
import { type FleetEvent, inOrder } from './core/event.ts';
import type { Instant } from './core/instant.ts';
import type { ReadFailure } from './core/observed.ts';
import { firstRecord } from './core/plan/binding.ts';
import {
  actionEvents,
  adoptionEvents,
  type Ended,
  endingEvents,
  type Noted,
  notedEvents,
  noticeEvents,
} from './core/plan/happenings.ts';
import { makePlan } from './core/plan/make-plan.ts';
import type { Plan, World } from './core/plan/world.ts';
import type { DevInstanceRecord } from './core/record.ts';
import type { LedgerRequest } from './core/request.ts';
import type { ChannelAction } from './core/rollout/channel-action.ts';
import { afterChannelOutcome } from './core/rollout/channel-actions.ts';
import { channelSubject } from './core/rollout/rollout.ts';
import { channelOutcomeNews } from './core/rollout/rollout-news.ts';
import { type PerformPorts, performAll } from './performing.ts';
import type { Cloud, Ledger, Specs, StoredRecord } from './ports.ts';
import { recordOf, writeAll } from './stored-records.ts';
import { type Reading, readWorld } from './world.ts';

export interface PassPorts extends PerformPorts {
  readonly specs: Specs;
  readonly cloud: Cloud;
  readonly ledger: Ledger;
  /** Mints the uid of a DevInstance: unique for ever, at most 36 of [a-z0-9-]. */
  readonly newUid: () => string;
  /** Told of each action for an image channel as it ends, for people who watch. */
  readonly onChannelOutcome?: (action: ChannelAction, outcome: Outcome) => void;
}

export interface PassReport {
  readonly parsed: ParsedSpecs;
  /** What the plan was made from, with the names that this pass bound. */
  readonly world: World;
  /** The plan of this pass, after new names were bound. */
  readonly plan: Plan;
  readonly outcomes: readonly { readonly action: Action; readonly outcome: Outcome }[];
  readonly channelOutcomes: readonly {
    readonly action: ChannelAction;
    readonly outcome: Outcome;
  }[];
  /** False where time or the lease ran out before the last action. */
  readonly isComplete: boolean;
  /** Reads that failed: what they would have said is unknown. */
  readonly failures: readonly ReadFailure[];
  /** The records as the pass left them. */
  readonly records: ReadonlyMap<string, DevInstanceRecord>;
}

/**
 * One pass: observe, plan, perform, record; at most one step for each DevInstance. The caller holds
 * the lease. Throws OperatorError where nothing can be read, and whatever the ledger throws.
 */
export async function runPass(ports: PassPorts, observeOnly: boolean): Promise<PassReport> {
  const read = { ...ports, observer: ports.cloud };
  const reading = await readWorld(read, observeOnly);
  const stored = new Map(reading.stored);
  const { world, plan, adopted } = await bindNew(ports, reading, stored);
  // Before the memos that say so: told twice at worst.
  const news = channelNewsOf(plan, world.now);
  if (news.length > 0) await ports.ledger.putEvents(inOrder(news));
  for (const channel of plan.channelMemos) {
    await ports.ledger.putChannel(channel, ports.lease.epoch);
  }
  // Before the records: one that forgets a request that is still open would begin it again.
  await endRequests(ports, plan, world.now);
  // Before the records, which say that people were told: written again, an equal event stays one.
  if (plan.notices.length > 0) await ports.ledger.putEvents(noticeEvents(plan.notices));
  const noted = plan.memos.map((after) => ({ before: recordOf(stored, after), after }));
  await writeAll(ports, stored, plan.memos);
  const { ended, isComplete } = await performAll(
    ports,
    { stored, asked: stillOpen(world, plan) },
    plan.actions,
  );
  const channelOutcomes = await performOnChannels(ports, plan, news);
  await tell(ports, { plan, adopted, noted, ended, now: reading.world.now });
  const outcomes = ended.map(({ action, outcome }) => ({ action, outcome }));
  const records = new Map([...stored].map(([name, item]) => [name, item.record]));
  const { failures } = world.observed;
  return {
    parsed: reading.parsed,
    world,
    plan,
    failures,
    records,
    outcomes,
    channelOutcomes,
    isComplete,
  };
}

/** What people are told of channels: what was asked for them, and then what came of it. */
function channelNewsOf(plan: Plan, now: Instant): readonly FleetEvent[] {
  const asked = plan.endings.filter(({ name }) => isOfChannel(plan, name));
  return [...endingEvents(asked, now), ...plan.channelNews];
}

function isOfChannel({ rollouts }: Plan, name: string): boolean {
  return rollouts.some(({ channel }) => channelSubject(channel) === name);
}

/** Performs what channels need, and writes down what was refused. The memos before it say why it is done. */
async function performOnChannels(
  { cloud, ledger, lease, clock, onChannelOutcome }: PassPorts,
  { channelActions, rollouts }: Plan,
  before: readonly FleetEvent[],
): Promise<PassReport['channelOutcomes']> {
  const told = [...before];
  const done: { readonly action: ChannelAction; readonly outcome: Outcome }[] = [];
  const records = new Map(rollouts.map(({ channel, record }) => [channel, record]));
  for (const action of channelActions) {
    if (!lease.mayMutate()) break;
    const outcome = await cloud.performOnChannel(action, () => lease.mayMutate());
    const record = records.get(action.channel);
    const now = clock.now();
    const after = record && afterChannelOutcome(record, action, outcome, now);
    const news = channelOutcomeNews({ action, outcome, before: record, after }, now);
    told.push(...news);
    // After what this pass told of the same channel before.
    if (news.length > 0) await ledger.putEvents(inOrder(told).slice(-news.length));
    if (after !== undefined && after !== record) {
      await ledger.putChannel(after, lease.epoch);
      records.set(action.channel, after);
    }
    onChannelOutcome?.(action, outcome);
    done.push({ action, outcome });
  }
  return done;
}

/** Gives new names their uid, durably, and plans again with them. */
async function bindNew(
  ports: PassPorts,
  reading: Reading,
  stored: Map<string, StoredRecord>,
): Promise<Pick<PassReport, 'world' | 'plan'> & { readonly adopted: Plan['bindings'] }> {
  const plan = makePlan(reading.world);
  const { bindings } = plan;
  if (bindings.length === 0) return { world: reading.world, plan, adopted: [] };
  await writeAll(
    ports,
    stored,
    bindings.map((binding) => firstRecord(binding, ports.newUid, reading.world.now)),
  );
  const records = new Map([...stored].map(([name, item]) => [name, item.record]));
  const world = { ...reading.world, records };
  return { world, plan: makePlan(world), adopted: bindings };
}

/** What people asked for, but for what this pass has just ended. */
function stillOpen({ requests }: World, { endings }: Plan): readonly LedgerRequest[] {
  const over = new Set(endings.map(({ requestId }) => requestId));
  return requests.filter(({ id }) => !over.has(id));
}

async function endRequests({ ledger }: PassPorts, { endings }: Plan, now: Instant): Promise<void> {
  for (const { requestId, result, message } of endings) {
    await ledger.endRequest(requestId, { at: now, result, message });
  }
}

/** Writes what happened for people to read; of a settled pass there is nothing to tell. */
async function tell(
  ports: PassPorts,
  happened: {
    readonly plan: Plan;
    readonly adopted: Plan['bindings'];
    readonly noted: readonly Noted[];
    readonly ended: readonly Ended[];
    readonly now: Instant;
  },
): Promise<void> {
  const { plan, adopted, noted, ended, now } = happened;
  const endings = plan.endings.filter(({ name }) => !isOfChannel(plan, name));
  const events = [
    ...adoptionEvents(adopted, now),
    ...endingEvents(endings, now),
    ...notedEvents(plan, noted, now),
    ...actionEvents(plan, ended),
  ];
  if (events.length > 0) await ports.ledger.putEvents(inOrder(events));
}
