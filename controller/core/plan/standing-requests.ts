import type { DevInstanceRecord } from '../record.ts';
import { everyName, type LedgerRequest } from '../request.ts';
import { channelSubject } from '../rollout/rollout.ts';
import { doesStopLast } from '../schedule/timeline.ts';
import { lastingStop } from './duty.ts';
import type { RequestEnding, World } from './world.ts';

/** Requests whose time is over, that another one replaced, or that name nobody. */
export function overdueEndings(world: World): readonly RequestEnding[] {
  if (world.observeOnly || world.desired.fleet.mode === 'observe') return [];
  return world.requests.flatMap((request) => {
    const { id: requestId, name } = request;
    const end = endOf(world, request);
    return end === undefined ? [] : [{ requestId, name, ...end }];
  });
}

/** The overrides and suspensions that count now, by instant. */
export function requestsInForce(world: World): readonly LedgerRequest[] {
  return world.requests.filter(
    (request) =>
      isStanding(request) && hasBegun(world, request) && endOf(world, request) === undefined,
  );
}

/** An override counts from when it was asked for: by a plan for an earlier moment, not yet. */
function hasBegun({ now }: World, { work, at }: LedgerRequest): boolean {
  return work.kind !== 'override' || at <= now;
}

/** Whether a request is a state of things rather than work to be done. */
function isStanding({ work }: LedgerRequest): boolean {
  return work.kind === 'override' || work.kind === 'suspend';
}

type End = Pick<RequestEnding, 'result' | 'message'>;

function endOf(world: World, request: LedgerRequest): End | undefined {
  const { name, expiresAt } = request;
  if (request.work.kind === 'rollout') return endOfRollout(world, request);
  const record = world.records.get(name);
  if (record === undefined && name !== everyName) {
    return { result: 'refused', message: `there is no DevInstance ${name}` };
  }
  if (isStanding(request)) return endOfStanding(world, request, record);
  const isOver = expiresAt <= world.now && !isBegun(request, record);
  return isOver ? { result: 'refused', message: `it expired at ${expiresAt}` } : undefined;
}

/** Its channel answers it, as long as there is one. */
function endOfRollout({ desired }: World, { name }: LedgerRequest): End | undefined {
  if ([...desired.channels.keys()].some((channel) => channelSubject(channel) === name)) {
    return undefined;
  }
  return { result: 'refused', message: `there is no image channel ${name}` };
}

/** A restore that was begun is brought to its end, however late. */
function isBegun({ id }: LedgerRequest, record: DevInstanceRecord | undefined): boolean {
  const begun = record?.step?.action;
  return (
    record?.restore?.requestId === id || (begun?.kind === 'restore-home' && begun.requestId === id)
  );
}

function endOfStanding(
  { requests, now }: World,
  request: LedgerRequest,
  record: DevInstanceRecord | undefined,
): End | undefined {
  const { work, expiresAt } = request;
  const what = work.kind === 'override' ? `the ${work.command} by ${request.actor}` : 'suspension';
  if (expiresAt <= now) return { result: 'done', message: `${what} ended at ${expiresAt}` };
  if (work.kind !== 'override') return undefined;
  const newer = requests.find((other) => isReplacedBy(request, other));
  if (newer !== undefined) {
    return { result: 'done', message: `${what} was replaced by a newer one by ${newer.actor}` };
  }
  if (record === undefined) return undefined;
  const stop = lastingStop(record);
  const isUndone =
    work.state === 'running' &&
    stop !== undefined &&
    stop.at > request.at &&
    doesStopLast(record.effective.schedule, stop);
  return isUndone
    ? { result: 'done', message: `${what} ended, as the machine was stopped at ${stop.at}` }
    : undefined;
}

function isReplacedBy(request: LedgerRequest, other: LedgerRequest): boolean {
  if (other.work.kind !== 'override' || other.name !== request.name) return false;
  return other.at > request.at || (other.at === request.at && other.id > request.id);
}
