import type { Action, Outcome } from './core/action.ts';
import { applyOutcome } from './core/plan/apply-outcome.ts';
import { isDisruptive } from './core/plan/conditions.ts';
import type { Ended } from './core/plan/happenings.ts';
import { withStep } from './core/plan/memory.ts';
import { isAskedAnew, type LedgerRequest } from './core/request.ts';
import type { Clock, Cloud, Ledger, Steady, StoredRecord } from './ports.ts';
import { recordOf, writeAll } from './stored-records.ts';

/** A pass performs for at most this long; what is left is planned again (decision 14). */
const performMs = 20_000;

type Kind = Action['kind'];

/**
 * The call that an action of each kind comes to. EC2 paces every call on its own, so what comes to
 * different calls is performed at the same time, and what shares one in the order of the plan.
 */
const callOf: Readonly<Record<Kind, string>> = {
  'protect-home': 'ModifyInstanceAttribute',
  'attach-home': 'AttachVolume',
  'snapshot-home': 'CreateSnapshot',
  'restore-home': 'CreateVolume',
  'adopt-home': 'CreateTags',
  start: 'StartInstances',
  stop: 'StopInstances',
  'detach-home': 'DetachVolume',
  'set-type': 'ModifyInstanceAttribute',
  tag: 'CreateTags',
  'modify-home': 'ModifyVolume',
  'create-home': 'CreateVolume',
  launch: 'RunInstances',
  terminate: 'TerminateInstances',
  'delete-snapshot': 'DeleteSnapshot',
};

/** Kinds of which one call does many. */
const batched: ReadonlySet<Kind> = new Set(['start', 'stop']);

/**
 * Actions whose steps are written, performed and recorded together: a batch, or so few that at two
 * calls a second, EC2's slowest pace, a pass ends soon after its time.
 */
const chunkSizes = { batched: 50, single: 10 };

/** What performing stands on. */
export interface PerformPorts {
  readonly cloud: Pick<Cloud, 'perform'>;
  readonly ledger: Pick<Ledger, 'putRecord' | 'requests'>;
  readonly clock: Clock;
  readonly steady: Steady;
  /** The lease under which everything is written and mutated. */
  readonly lease: { readonly epoch: number; mayMutate(): boolean };
  /** Told of each action as it ends, for people who watch. */
  readonly onOutcome?: (action: Action, outcome: Outcome) => void;
}

/** What the plan was made from, as the pass goes on. */
export interface Known {
  readonly stored: Map<string, StoredRecord>;
  /** People's requests. */
  readonly asked: readonly LedgerRequest[];
}

export interface Performed {
  /** In the order of the plan, whatever ended first. */
  readonly ended: readonly Ended[];
  /** False where time or the lease ran out before the last action. */
  readonly isComplete: boolean;
}

/**
 * Performs actions, at most one for each DevInstance, each step durable before its call: call by
 * call in the plan's order, different calls at the same time. What one of them throws keeps the
 * others from going on; it is thrown when they have come to rest, and nothing is under way any more.
 */
export async function performAll(
  ports: PerformPorts,
  known: Known,
  actions: readonly Action[],
): Promise<Performed> {
  const startedAt = ports.steady.millis();
  const errors: unknown[] = [];
  const ended = new Map<Action, Ended>();
  let isCut = false;
  const mayMutate = () => {
    const may = errors.length === 0 && ports.lease.mayMutate();
    isCut ||= !may;
    return may;
  };
  const isInTime = () => ports.steady.millis() - startedAt <= performMs;
  const performLane = async (lane: readonly Action[]) => {
    for (const chunk of chunksOfOneKind(lane)) {
      if (!isInTime() || !mayMutate()) return;
      const all = await performChunk(ports, known, { actions: chunk, mayMutate });
      for (const one of all) ended.set(one.action, one);
    }
  };
  const lanes = lanesOf(actions).map((lane) =>
    performLane(lane).catch((error: unknown) => void errors.push(error)),
  );
  await Promise.all(lanes);
  if (errors.length > 0) throw errors[0];
  return {
    ended: actions.flatMap((action) => ended.get(action) ?? []),
    isComplete: ended.size === actions.length && !isCut,
  };
}

/** The actions of each call, in their order. */
function lanesOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const lanes = new Map<string, Action[]>();
  for (const action of actions) {
    const call = callOf[action.kind];
    lanes.set(call, [...(lanes.get(call) ?? []), action]);
  }
  return [...lanes.values()];
}

function chunksOfOneKind(actions: readonly Action[]): readonly (readonly Action[])[] {
  const chunks: Action[][] = [];
  for (const action of actions) {
    const last = chunks.at(-1);
    const size = batched.has(action.kind) ? chunkSizes.batched : chunkSizes.single;
    if (last?.[0]?.kind === action.kind && last.length < size) last.push(action);
    else chunks.push([action]);
  }
  return chunks;
}

interface Chunk {
  readonly actions: readonly Action[];
  readonly mayMutate: () => boolean;
}

async function performChunk(
  ports: PerformPorts,
  { stored, asked }: Known,
  { actions, mayMutate }: Chunk,
): Promise<readonly Ended[]> {
  const replayed = new Set(actions.filter((action) => isReplay(stored, action)));
  const now = ports.clock.now();
  const steps = actions
    .filter((action) => !replayed.has(action))
    .map((action) => withStep(recordOf(stored, action), action, now));
  await writeAll(ports, stored, steps);
  const countermanded = await countermandedBy(ports, asked, actions);
  const wanted = actions.filter((action) => !countermanded.has(action));
  const answers = await performWanted(ports, { actions: wanted, mayMutate });
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
  { cloud }: PerformPorts,
  { actions, mayMutate }: Chunk,
): Promise<ReadonlyMap<Action, Outcome | undefined>> {
  if (actions.length === 0) return new Map();
  const answers = await cloud.perform(actions, mayMutate);
  return new Map(actions.map((action, position) => [action, answers[position]]));
}

/**
 * What would take a machine from somebody who has just asked for something else is not sent. Its
 * step is in the ledger by now: who asks later finds it there.
 */
async function countermandedBy(
  { ledger }: PerformPorts,
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

/** Whether the action is the one that an interrupted step already holds. */
function isReplay(stored: ReadonlyMap<string, StoredRecord>, action: Action): boolean {
  const step = stored.get(action.name)?.record.step;
  return step !== undefined && JSON.stringify(step.action) === JSON.stringify(action);
}
