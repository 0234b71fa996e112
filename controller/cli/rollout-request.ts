import { type Instant, plusMillis } from '../core/instant.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { World } from '../core/plan/world.ts';
import type { LedgerRequest } from '../core/request.ts';
import { channelSubject } from '../core/rollout/rollout.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';
import { type RolloutWork, refusalOf } from '../core/rollout/verbs.ts';
import { isSameData } from '../core/same-data.ts';
import { OperatorError } from '../ports.ts';
import { askedText, rolloutRequestText } from '../render/rollout-request-text.ts';
import { channelMoment } from '../render/rollout-words.ts';
import { visible } from '../render/visible.ts';
import { readWorld } from '../world.ts';
import {
  type AskingParts,
  commandEvent,
  newRequest,
  reasonOf,
  requestMs,
  withAskingParts,
} from './asking.ts';
import { channelContextOf, chosenChannels } from './channels.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';

export interface RolloutRequestOptions {
  readonly reason?: string;
  readonly full?: boolean;
  readonly to?: string;
}

/** `devinstance rollout pause|resume|promote|abort|undo [CHANNEL]`. Answers the exit code. */
export async function runRolloutRequest(
  verb: RolloutWork['verb'],
  channel: string | undefined,
  options: RolloutRequestOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const reason = reasonOf(options);
  const work = workOf(verb, options);
  return withAskingParts(globals, async (parts) => {
    const { world } = await readWorld(parts, false);
    const status = theChannel(verb, makePlan(world).rollouts, channel);
    return rolloutWith(parts, { world, status }, { work, reason }, io);
  });
}

function workOf(verb: RolloutWork['verb'], { full, to }: RolloutRequestOptions): RolloutWork {
  if (to !== undefined && !/^ami-[0-9a-f]{8,17}$/.test(to)) {
    throw new UsageError(
      `--to is not an AMI: "${visible(to)}"`,
      'write it as --to ami-0a1b2c3d4e5f60001',
    );
  }
  return {
    kind: 'rollout',
    verb,
    ...(full === true ? { full } : {}),
    ...(to === undefined ? {} : { to }),
  };
}

/** The one that is meant: it need not be named where it is the only one. */
export function theChannel(
  verb: string,
  statuses: readonly RolloutStatus[],
  name: string | undefined,
): RolloutStatus {
  const [first, ...others] = chosenChannels(statuses, name);
  if (first === undefined) {
    throw new OperatorError(
      'the specs describe no image channel',
      'devinstance validate shows what they hold',
    );
  }
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ channel }) => channel).join(', ');
  throw new UsageError(
    `rollout ${verb} needs a channel: there are ${names}`,
    `write devinstance rollout ${verb} ${first.channel}`,
  );
}

/** Asks for it where it makes sense, and says what will be. Answers the exit code. */
export async function rolloutWith(
  parts: AskingParts,
  { world, status }: { readonly world: World; readonly status: RolloutStatus },
  asked: { readonly work: RolloutWork; readonly reason: string },
  io: Io,
): Promise<number> {
  const { now, desired } = world;
  const { work, reason } = asked;
  const name = channelSubject(status.channel);
  const rest = { reason, at: now, expiresAt: plusMillis(now, requestMs) };
  const request = newRequest(name, work, rest);
  // Before what is refused: as the plan leaves the rollout, what is asked for is done.
  const standing = sameBefore(world.requests, request);
  if (standing !== undefined) return sayAlready(standing, status, now, io);
  const refusal = refusalOf(status, work);
  if (refusal !== undefined) throw new OperatorError(refusal.message, refusal.remedy);
  const { rollout } = status.record;
  if (rollout === undefined) throw new Error(`${name} has no rollout, and nothing was refused`);
  const earlier = await putOnce(parts, request);
  if (earlier !== undefined) return sayAlready(earlier, status, now, io);
  const what = askedText(status.channel, rollout, work);
  const message = `${request.actor} asked to ${what}${reason === '' ? '' : `: ${reason}`}`;
  await parts.ledger.putEvents([commandEvent(name, now, 'RolloutAsked', message)]);
  const context = channelContextOf(world, status.channel);
  io.out(rolloutRequestText({ ...context, status, rollout, work }));
  io.out(`  ${nextText(status.channel, desired.fleet.mode)}\n`);
  return exitCodes.done;
}

/** What stands open before a request, where that asks for the same. */
function sameBefore(
  requests: readonly LedgerRequest[],
  { id, name, work, at }: LedgerRequest,
): LedgerRequest | undefined {
  const open = requests.filter(
    (one) => one.name === name && one.ended === undefined && one.expiresAt > at,
  );
  const own = open.findIndex((one) => one.id === id);
  const before = open[(own < 0 ? open.length : own) - 1];
  return before !== undefined && isSameData(before.work, work) ? before : undefined;
}

/**
 * Writes the request, unless somebody else wrote the same at the same time: promoted twice, a rollout
 * goes further than either meant. Answers the other one.
 */
async function putOnce(
  { ledger }: AskingParts,
  request: LedgerRequest,
): Promise<LedgerRequest | undefined> {
  await ledger.putRequest(request);
  const earlier = sameBefore(await ledger.requests(), request);
  if (earlier === undefined) return undefined;
  const message = `asked for already by ${earlier.actor}`;
  await ledger.endRequest(request.id, { at: request.at, result: 'done', message });
  return earlier;
}

function sayAlready(
  { at, actor, reason }: LedgerRequest,
  { channel }: RolloutStatus,
  now: Instant,
  io: Io,
): number {
  const why = reason === '' ? '' : `: ${visible(reason)}`;
  io.out(`that is asked for already, ${channelMoment(at, now)} by ${visible(actor)}${why}\n`);
  io.out(`  devinstance events ${channelSubject(channel)} shows what comes of it\n`);
  return exitCodes.done;
}

function nextText(channel: string, mode: 'observe' | 'enforce'): string {
  return mode === 'observe'
    ? 'the Fleet is in mode: observe, so the controller acts on nothing there'
    : `the controller does it at its next pass; devinstance rollout status ${channel} shows what came of it`;
}
