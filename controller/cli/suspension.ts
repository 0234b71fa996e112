import type { Instant } from '../core/instant.ts';
import { knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { World } from '../core/plan/world.ts';
import { everyName, type LedgerRequest } from '../core/request.ts';
import { OperatorError } from '../ports.ts';
import { localMoment } from '../render/local-time.ts';
import { workText } from '../render/override-text.ts';
import { visible } from '../render/visible.ts';
import { readWorld } from '../world.ts';
import { askableSituation, restrictionOn } from './asked-of.ts';
import {
  type AskingParts,
  actorOf,
  commandEvent,
  neededReason,
  newRequest,
  withAskingParts,
} from './asking.ts';
import type { Globals } from './globals.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { checkAhead, checkLength } from './override-arguments.ts';
import { timezoneOf } from './plan.ts';
import { putInPlace } from './standing-request.ts';
import { hintFor } from './views.ts';

/** The longest suspension, in days. */
const longestDays = 31;

export interface ResumeOptions {
  readonly all?: boolean;
}

export interface SuspendOptions extends ResumeOptions {
  readonly until?: string;
  readonly reason?: string;
}

/** `devinstance suspend NAME|--all`: hands off until a moment. Answers the exit code. */
export async function runSuspend(
  name: string | undefined,
  options: SuspendOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const target = targetOf('suspend', name, options);
  const reason = neededReason('suspend', options);
  if (options.until === undefined) {
    throw new UsageError(
      'suspend needs an end',
      'add --until with an instant, for example --until 2026-10-23T09:00:00+02:00',
    );
  }
  const until = parseInstantArgument('--until', options.until);
  return withAskingParts(globals, (parts) => suspendWith(parts, target, { until, reason }, io));
}

/** Suspends a DevInstance, or `everyName`. Answers the exit code. */
export async function suspendWith(
  parts: AskingParts,
  target: string,
  asked: { readonly until: Instant; readonly reason: string },
  io: Io,
): Promise<number> {
  const { world } = await readWorld(parts, false);
  const { now } = world;
  checkAhead(asked.until, now);
  checkLength('a suspension', asked.until, now, longestDays);
  if (target !== everyName) askableSituation(world, makePlan(world), target);
  const step = await putSuspension(parts, world, target, asked);
  const end = localMoment(asked.until, now, timezoneOf(world, target));
  io.out(`the controller keeps its hands off ${whomOf(target)} until ${end}\n`);
  if (step !== undefined) io.out(`  a step (${step}) is under way, and may still go through\n`);
  io.out(`  devinstance resume ${target === everyName ? '--all' : target} ends that\n`);
  return exitCodes.done;
}

function targetOf(command: string, name: string | undefined, { all }: ResumeOptions): string {
  if (name !== undefined && all) {
    throw new UsageError(`${command} takes a name or --all, not both`, 'leave one of them out');
  }
  if (name === undefined && !all) {
    const hint = `write devinstance ${command} NAME, or devinstance ${command} --all`;
    throw new UsageError(`${command} needs a name, or --all`, hint);
  }
  return name ?? everyName;
}

function whomOf(target: string): string {
  return target === everyName ? 'every DevInstance' : target;
}

/** Writes it, and answers the step that was under way then; of all DevInstances none is named. */
async function putSuspension(
  parts: AskingParts,
  { now }: World,
  name: string,
  { until: expiresAt, reason }: { readonly until: Instant; readonly reason: string },
): Promise<string | undefined> {
  const request = newRequest(name, { kind: 'suspend' }, { reason, at: now, expiresAt });
  await putInPlace(parts, request, 'a newer suspension');
  const stored = (await parts.ledger.records()).find(({ record }) => record.name === name);
  const what = name === everyName ? 'every DevInstance' : 'it';
  const message = `${request.actor} suspended ${what} until ${expiresAt}: ${reason}`;
  await parts.ledger.putEvents([commandEvent(name, now, 'Suspended', message)]);
  return stored?.record.step?.action.kind;
}

/** `devinstance resume NAME|--all`: ends a suspension early. Answers the exit code. */
export async function runResume(
  name: string | undefined,
  options: ResumeOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const target = targetOf('resume', name, options);
  return withAskingParts(globals, (parts) => resumeWith(parts, target, io));
}

/** Ends the suspension of a DevInstance, or of `everyName`. Answers the exit code. */
export async function resumeWith(parts: AskingParts, target: string, io: Io): Promise<number> {
  const { world } = await readWorld(parts, false);
  const standing = makePlan(world).inForce.filter(({ work }) => work.kind === 'suspend');
  const own = standing.filter((request) => request.name === target);
  if (own.length === 0) throw notSuspended(world, target, standing);
  await end(parts, own, world.now);
  const others = standing.filter((request) => request.name !== target);
  io.out(`${own.map(workText).join(' and ')} on ${whomOf(target)} is over\n`);
  sayRest(world, target, others, io);
  return exitCodes.done;
}

async function end(
  { ledger }: AskingParts,
  requests: readonly LedgerRequest[],
  at: Instant,
): Promise<void> {
  const actor = actorOf();
  for (const request of requests) {
    const { id, name, expiresAt } = request;
    const message = `cancelled by ${actor}`;
    await ledger.endRequest(id, { at, result: 'cancelled', message });
    const told = `${actor} ended ${workText(request)}, which lasted until ${expiresAt}`;
    await ledger.putEvents([commandEvent(name, at, 'Resumed', told)]);
  }
}

/** Why there is nothing to end, and what may be meant. */
function notSuspended(
  world: World,
  target: string,
  standing: readonly LedgerRequest[],
): OperatorError {
  const list = 'devinstance override list shows what is';
  if (target === everyName) {
    const singles = standing.map(({ name }) => `devinstance resume ${name}`);
    const remedy = singles.length === 0 ? list : `single ones are: ${singles.join(', ')}`;
    return new OperatorError('no suspension of every DevInstance stands', remedy);
  }
  const known = knownNames(world);
  if (!known.includes(target)) {
    return new OperatorError(`there is no DevInstance ${visible(target)}`, hintFor(target, known));
  }
  if (standing.some(({ name }) => name === everyName)) {
    const remedy = 'devinstance resume --all ends that';
    return new OperatorError(`${target} is suspended only as every DevInstance is`, remedy);
  }
  return isSuspendedByFile(world, target)
    ? new OperatorError(`${target} is suspended by its file`, 'set lifecycle: active in it')
    : new OperatorError(`${target} is not suspended`, list);
}

function isSuspendedByFile({ desired, records }: World, name: string): boolean {
  const spec = desired.devInstances.get(name) ?? records.get(name)?.effective;
  return spec?.lifecycle === 'suspended';
}

/** What is suspended still, or that the controller goes on. */
function sayRest(world: World, target: string, others: readonly LedgerRequest[], io: Io): void {
  const isAll = target === everyName;
  const still = isAll
    ? others.map(({ name }) => `${name} stays suspended: devinstance resume ${name} ends that`)
    : stillSuspended(world, target, others);
  const labels = world.desired.devInstances.get(target)?.labels ?? {};
  const goesOn = restrictionOn(world, target, labels) ?? 'the controller acts at its next pass';
  const rest = !isAll && still.length > 0 ? still : [...still, goesOn];
  for (const line of rest) io.out(`  ${line}\n`);
}

function stillSuspended(
  world: World,
  target: string,
  others: readonly LedgerRequest[],
): readonly string[] {
  if (others.some(({ name }) => name === everyName)) {
    return [
      `${target} stays suspended as every DevInstance is: devinstance resume --all ends that`,
    ];
  }
  return isSuspendedByFile(world, target)
    ? [`${target} stays suspended by its file: set lifecycle: active in it`]
    : [];
}
