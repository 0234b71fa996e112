import type { Action, Outcome } from './core/action.ts';
import type { ParsedSpecs } from './core/desired.ts';
import { inOrder } from './core/event.ts';
import type { Instant } from './core/instant.ts';
import type { ReadFailure } from './core/observed.ts';
import { applyOutcome } from './core/plan/apply-outcome.ts';
import { firstRecord } from './core/plan/binding.ts';
import { isDisruptive } from './core/plan/conditions.ts';
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
import { withStep } from './core/plan/memory.ts';
import type { Plan, World } from './core/plan/world.ts';
import type { DevInstanceRecord } from './core/record.ts';
import { isAskedAnew, type LedgerRequest } from './core/request.ts';
import type { ChannelAction } from './core/rollout/channel-action.ts';
import { afterChannelOutcome } from './core/rollout/channel-actions.ts';
import { channelOutcomeNews } from './core/rollout/rollout-news.ts';
import type { Clock, Cloud, Ledger, Specs, Steady, StoredRecord } from './ports.ts';
import { type Reading, readWorld } from './world.ts';

/** A pass performs for at most this long; what is left is planned again (decision 14). */
const performMs = 20_000;
/** Actions whose steps are written, performed and recorded together. */
const chunkSize = 50;
/** Ledger writes under way at once. */
const writesAtOnce = 10;

export interface PassPorts {
  readonly specs: Specs;
  readonly cloud: Cloud;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly steady: Steady;
  /** The lease under which everything is written and mutated. */
  readonly lease: { readonly epoch: number; mayMutate(): boolean };
  /** Mints the uid of a DevInstance: unique for ever, at most 36 of [a-z0-9-]. */
  readonly newUid: () => string;
  /** Told of each action as it ends, for people who watch. */
  readonly onOutcome?: (action: Action, outcome: Outcome) => void;
  /** The same of what is done for image channels. */
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
  if (plan.channelNews.length > 0) await ports.ledger.putEvents(inOrder(plan.channelNews));
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
  const channelOutcomes = isComplete ? await performOnChannels(ports, plan) : [];
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

/** Performs what channels need, and writes down what was refused. The memos before it say why it is done. */
async function performOnChannels(
  { cloud, ledger, lease, clock, onChannelOutcome }: PassPorts,
  { channelActions, rollouts }: Plan,
): Promise<PassReport['channelOutcomes']> {
  const done: { readonly action: ChannelAction; readonly outcome: Outcome }[] = [];
  for (const action of channelActions) {
    if (!lease.mayMutate()) break;
    const outcome = await cloud.performOnChannel(action, () => lease.mayMutate());
    const record = rollouts.find(({ channel }) => channel === action.channel)?.record;
    const now = clock.now();
    const after = record && afterChannelOutcome(record, action, outcome, now);
    const news = channelOutcomeNews({ action, outcome, before: record, after }, now);
    if (news.length > 0) await ledger.putEvents(news);
    if (after !== undefined && after !== record) await ledger.putChannel(after, lease.epoch);
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
  const events = [
    ...adoptionEvents(adopted, now),
    ...endingEvents(plan.endings, now),
    ...notedEvents(plan, noted, now),
    ...actionEvents(plan, ended),
  ];
  if (events.length > 0) await ports.ledger.putEvents(inOrder(events));
}

/** Writes records over their stored versions. */
async function writeAll(
  ports: PassPorts,
  stored: Map<string, StoredRecord>,
  records: readonly DevInstanceRecord[],
): Promise<void> {
  const changed = records.filter((record) => stored.get(record.name)?.record !== record);
  for (let start = 0; start < changed.length; start += writesAtOnce) {
    const chunk = changed.slice(start, start + writesAtOnce);
    const writes = chunk.map((record) => write(ports, stored, record));
    // Whoever goes on after a conflict must not meet writes that are still under way.
    await Promise.allSettled(writes);
    await Promise.all(writes);
  }
}

async function write(
  ports: PassPorts,
  stored: Map<string, StoredRecord>,
  record: DevInstanceRecord,
): Promise<void> {
  const over = stored.get(record.name)?.version ?? 0;
  stored.set(record.name, await ports.ledger.putRecord(record, over, ports.lease.epoch));
}

/** What the plan was made from, as the pass goes on. */
interface Known {
  readonly stored: Map<string, StoredRecord>;
  /** People's requests. */
  readonly asked: readonly LedgerRequest[];
}

interface Performed {
  readonly ended: readonly Ended[];
  readonly isComplete: boolean;
}

/** Performs in order, kind by kind, each step durable before its call. */
async function performAll(
  ports: PassPorts,
  known: Known,
  actions: readonly Action[],
): Promise<Performed> {
  const startedAt = ports.steady.millis();
  const ended: Ended[] = [];
  for (const chunk of chunksOfOneKind(actions)) {
    const isOutOfTime = ports.steady.millis() - startedAt > performMs;
    if (isOutOfTime || !ports.lease.mayMutate()) return { ended, isComplete: false };
    ended.push(...(await performChunk(ports, known, chunk)));
  }
  return { ended, isComplete: true };
}

function chunksOfOneKind(actions: readonly Action[]): readonly (readonly Action[])[] {
  const chunks: Action[][] = [];
  for (const action of actions) {
    const last = chunks.at(-1);
    if (last?.[0]?.kind === action.kind && last.length < chunkSize) last.push(action);
    else chunks.push([action]);
  }
  return chunks;
}

async function performChunk(
  ports: PassPorts,
  { stored, asked }: Known,
  actions: readonly Action[],
): Promise<readonly Ended[]> {
  const replayed = new Set(actions.filter((action) => isReplay(stored, action)));
  const now = ports.clock.now();
  const steps = actions
    .filter((action) => !replayed.has(action))
    .map((action) => withStep(recordOf(stored, action), action, now));
  await writeAll(ports, stored, steps);
  const countermanded = await countermandedBy(ports, asked, actions);
  const wanted = actions.filter((action) => !countermanded.has(action));
  const answers = await performWanted(ports, wanted);
  const at = ports.clock.now();
  const ended = actions.map((action) => {
    const outcome = countermanded.get(action) ?? answers.get(action);
    if (outcome === undefined) throw new Error(`no outcome for ${action.kind} ${action.name}`);
    const before = recordOf(stored, action);
    const after = applyOutcome(before, outcome, at, replayed.has(action));
    return { action, outcome, before, after, at };
  });
  await writeAll(
    ports,
    stored,
    ended.map(({ after }) => after),
  );
  for (const { action, outcome } of ended) ports.onOutcome?.(action, outcome);
  return ended;
}

async function performWanted(
  { cloud, lease }: PassPorts,
  actions: readonly Action[],
): Promise<ReadonlyMap<Action, Outcome | undefined>> {
  if (actions.length === 0) return new Map();
  const answers = await cloud.perform(actions, () => lease.mayMutate());
  return new Map(actions.map((action, position) => [action, answers[position]]));
}

/**
 * What would take a machine from somebody who has just asked for something else is not sent. Its
 * step is in the ledger by now: who asks later finds it there.
 */
async function countermandedBy(
  { ledger }: PassPorts,
  asked: readonly LedgerRequest[],
  actions: readonly Action[],
): Promise<ReadonlyMap<Action, Outcome>> {
  const disruptive = actions.filter(({ kind }) => isDisruptive[kind]);
  if (disruptive.length === 0) return new Map();
  const askedNow = await ledger.requests();
  const changed = disruptive.filter(({ name }) => isAskedAnew(name, asked, askedNow));
  const message = 'somebody has just asked for something else';
  return new Map(changed.map((action) => [action, { result: 'not-sent', message }]));
}

function recordOf(
  stored: ReadonlyMap<string, StoredRecord>,
  { name }: { readonly name: string },
): DevInstanceRecord {
  const item = stored.get(name);
  if (item === undefined) throw new Error(`no record for ${name}`);
  return item.record;
}

/** Whether the action is the one that an interrupted step already holds. */
function isReplay(stored: ReadonlyMap<string, StoredRecord>, action: Action): boolean {
  const step = stored.get(action.name)?.record.step;
  return step !== undefined && JSON.stringify(step.action) === JSON.stringify(action);
}
