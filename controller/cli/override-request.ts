import type { Action } from '../core/action.ts';
import type { Duty } from '../core/desired.ts';
import { longOverrideFault, longOverrideProblem } from '../core/faults/override-faults.ts';
import { type Instant, millisBetween, minuteMs, plusMillis } from '../core/instant.ts';
import { dutyWith } from '../core/plan/asked-duty.ts';
import { memoryOf } from '../core/plan/duty.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { Situation } from '../core/plan/situation.ts';
import type { World } from '../core/plan/world.ts';
import type { LedgerRequest } from '../core/request.ts';
import { type Override, overrideVerbs } from '../core/schedule/schedule-memory.ts';
import { OperatorError } from '../ports.ts';
import { lengthText, longestDuration } from '../render/lengths.ts';
import { alreadyText, overrideText } from '../render/override-text.ts';
import { renderProblemsText } from '../render/problems.ts';
import { durationOf } from '../render/spec-manifest.ts';
import { readWorld } from '../world.ts';
import { askableSituation, refuseSuspended, restrictionOn } from './asked-of.ts';
import { type AskingParts, commandEvent, newRequest } from './asking.ts';
import { exitCodes, type Io } from './io.ts';
import { putInPlace } from './standing-request.ts';

type Command = Override['command'];

/** When an override that is asked for ends. */
export interface End {
  readonly until: Instant;
  /** Nobody named it, so that it may be cut to what the class allows. */
  readonly isDefault?: true;
  /** How much of it lies before the time that was asked for, in milliseconds. */
  readonly spentMs?: number;
}

/** What one command asks for. */
export interface Wish {
  readonly command: Command;
  readonly reason: string;
  /** Whether nothing is to be asked for, as it is so already, whenever that ends. */
  readonly isMoot?: (situation: Situation) => boolean;
  /** Throws what forbids it. */
  readonly endOf: (situation: Situation, leadMs: number) => End;
}

/** Asks for an override, and says what will be. Answers the exit code. */
export async function askWith(
  parts: AskingParts,
  name: string,
  wish: Wish,
  io: Io,
): Promise<number> {
  const { world } = await readWorld(parts, false);
  const plan = makePlan(world);
  const situation = askableSituation(world, plan, name);
  refuseSuspended(situation);
  if (wish.isMoot?.(situation)) return sayAlready(world, situation, io);
  const end = wish.endOf(situation, memoryOf(situation).leadMs ?? 0);
  const limited = withinLimit(world, situation, end, io);
  if (limited === undefined) return exitCodes.failed;
  const request = requestFor(world, situation, wish, limited.until);
  const state = stateOf(wish.command);
  const duty = dutyWith(situation, overrideOf(request, wish.command));
  if (wish.command === 'start' && isInVain(situation, duty))
    return sayAlready(world, situation, io);
  const step = await putOverride(parts, request, wish.command);
  const { schedule, labels } = situation.spec;
  const { now } = world;
  const { timezone, actions } = schedule;
  const machine = situation.machine?.state;
  const replaced = plan.inForce.find((one) => one.name === name && one.work.kind === 'override');
  const restriction = restrictionOn(world, name, labels);
  const view = { name, now, timezone, actions, state, duty, machine, step, replaced, restriction };
  io.out(overrideText({ ...view, ...limited }));
  return exitCodes.done;
}

function stateOf(command: Command): Override['state'] {
  return command === 'stop' ? 'stopped' : 'running';
}

/** Whether it runs by what is known already, and the controller sees to it. */
export function isToRun({ duty }: Situation): boolean {
  return duty.state === 'running' && duty.enforced;
}

/** Whether a start changes nothing: it is to run anyway, just as long. */
function isInVain(situation: Situation, { until }: Duty): boolean {
  // What is not used may be stopped earlier, but for an override.
  if (situation.spec.schedule.idleStopAfterMinutes !== undefined) return false;
  return isToRun(situation) && situation.duty.until === until;
}

function sayAlready(world: World, { record, spec, duty, machine, now }: Situation, io: Io): number {
  const { name } = record;
  const restriction = restrictionOn(world, name, spec.labels);
  const { timezone } = spec.schedule;
  io.out(alreadyText({ name, now, timezone, duty, machine: machine?.state, restriction }));
  return exitCodes.done;
}

interface Limited {
  readonly until: Instant;
  readonly cutTo: string | undefined;
}

/** What the class allows of it. Where that is less than somebody named, says so and answers nothing. */
function withinLimit(
  { desired, now }: World,
  { spec }: Situation,
  { until, isDefault, spentMs = 0 }: End,
  io: Io,
): Limited | undefined {
  const longest = spec.maxOverrideMinutes;
  const lengthMs = millisBetween(now, until);
  if (lengthMs <= longest * minuteMs) return { until, cutTo: undefined };
  const limit = durationOf(longest);
  if (isDefault) {
    const cutTo = `${limit}, the longest that class ${spec.className} allows`;
    return { until: plusMillis(now, longest * minuteMs), cutTo };
  }
  const long = {
    length: `${lengthText(Math.ceil(lengthMs / minuteMs))}${spentMs > 0 ? ' from now on' : ''}`,
    atMost: spentMs > 0 ? longestDuration(longest - Math.ceil(spentMs / minuteMs)) : limit,
    limit,
  };
  const problem = longOverrideProblem(desired.sources, spec, long);
  if (problem !== undefined) {
    io.err(renderProblemsText([problem]));
    return undefined;
  }
  const { message, fix } = longOverrideFault(spec, long);
  throw new OperatorError(message, fix);
}

/** Later than what was asked for before it, whoever's clock that came from: the later one counts. */
function requestFor(
  { requests, now }: World,
  { record: { name }, machine }: Situation,
  { command, reason }: Wish,
  until: Instant,
): LedgerRequest {
  const last = requests.findLast((one) => one.name === name && one.work.kind === 'override')?.at;
  const at = last === undefined || last < now ? now : plusMillis(last, 1);
  const isOff = machine?.state === 'stopped' || machine?.state === 'stopping';
  const found = isOff && command !== 'stop' ? { foundOff: true as const } : {};
  const work = { kind: 'override', state: stateOf(command), command, ...found } as const;
  return newRequest(name, work, { reason, at, expiresAt: until });
}

function overrideOf(
  { id, at, expiresAt, actor, reason }: LedgerRequest,
  command: Command,
): Override {
  return { id, state: stateOf(command), from: at, until: expiresAt, command, actor, reason };
}

/**
 * Writes first and then reads what is under way: a pass writes its step and then reads the
 * requests, so that at least one of the two knows of the other (decision 12). Answers the kind of
 * the step.
 */
export async function putOverride(
  parts: Pick<AskingParts, 'ledger'>,
  request: LedgerRequest,
  command: Command,
): Promise<Action['kind'] | undefined> {
  const { name, at, actor, reason, expiresAt } = request;
  await putInPlace(parts, request, `the ${command}`);
  const stored = (await parts.ledger.records()).find(({ record }) => record.name === name);
  const why = reason === '' ? '' : `: ${reason}`;
  const message = `${actor} ${overrideVerbs[command]} it until ${expiresAt}${why}`;
  await parts.ledger.putEvents([commandEvent(name, at, 'OverrideSet', message)]);
  return stored?.record.step?.action.kind;
}
