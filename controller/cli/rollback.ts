import type { FleetEvent } from '../core/event.ts';
import { type Instant, plusMillis } from '../core/instant.ts';
import { isOn } from '../core/observed.ts';
import { imageKey } from '../core/plan/launch.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { Situation } from '../core/plan/situation.ts';
import type { World } from '../core/plan/world.ts';
import {
  denialFrom,
  type RollbackOffer,
  rollbackOffer,
} from '../core/replacement/rollback-offer.ts';
import type { LedgerRequest } from '../core/request.ts';
import { placeIn } from '../core/spec/reading.ts';
import { findManifest } from '../core/spec/sources.ts';
import { OperatorError } from '../ports.ts';
import { localMoment } from '../render/local-time.ts';
import { lastMachineChange } from '../render/machine-change.ts';
import { type RollbackView, rollbackText } from '../render/rollback-text.ts';
import { visible } from '../render/visible.ts';
import { readWorld } from '../world.ts';
import { askableSituation, refuseSuspended, restrictionOn } from './asked-of.ts';
import {
  type AskingParts,
  actorOf,
  commandEvent,
  newRequest,
  reasonOf,
  requestMs,
  sayNext,
  withAskingParts,
} from './asking.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';

export interface RollbackOptions {
  readonly reason?: string;
}

/** `devinstance rollback NAME`: home and duty go back to what was before. Answers the exit code. */
export async function runRollback(
  name: string,
  options: RollbackOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const reason = reasonOf(options);
  return withAskingParts(globals, (parts) => rollbackWith(parts, name, reason, io));
}

/** Asks for it where it leads somewhere, and says where. Answers the exit code. */
export async function rollbackWith(
  parts: AskingParts,
  name: string,
  reason: string,
  io: Io,
): Promise<number> {
  const { world } = await readWorld(parts, false);
  const { now } = world;
  const situation = askableSituation(world, makePlan(world), name);
  refuseSuspended(situation);
  const standing = world.requests.find((request) => isOpenFor(name, request, world));
  if (standing !== undefined) return sayAlready(situation, standing, io);
  const offer = rollbackOffer(situation);
  if ('refused' in offer) throw new OperatorError(offer.refused, offer.remedy);
  const rest = { reason, at: now, expiresAt: plusMillis(now, requestMs) };
  const request = newRequest(name, { kind: 'rollback' }, rest);
  const earlier = await putOnce(parts, request, world);
  if (earlier !== undefined) return sayAlready(situation, earlier, io);
  const why = reason === '' ? '' : `: ${reason}`;
  const message = `${request.actor} asked to ${eventText(offer)}${why}`;
  await parts.ledger.putEvents([commandEvent(name, now, 'RollbackAsked', message)]);
  const events = await parts.ledger.events(name);
  io.out(rollbackText(viewOf(world, situation, offer, events)));
  if (offer.to === 'stay') await sayMoved(parts, situation, request, io);
  const restriction = restrictionOn(world, name, situation.spec.labels);
  if (restriction === undefined) sayNext(io, name, 'does it');
  else io.out(`  ${restriction}\n`);
  return exitCodes.done;
}

function isOpenFor(name: string, request: LedgerRequest, { now }: Pick<World, 'now'>): boolean {
  const isOpen = request.ended === undefined && request.expiresAt > now;
  return isOpen && request.name === name && request.work.kind === 'rollback';
}

function sayAlready({ spec, now }: Situation, asked: LedgerRequest, io: Io): number {
  const { name, at, actor, reason } = asked;
  const when = localMoment(at, now, spec.schedule.timezone);
  const why = reason === '' ? '' : `: ${visible(reason)}`;
  io.out(`a rollback of ${name} is asked for already, ${when} by ${visible(actor)}${why}\n`);
  io.out(`  devinstance events ${name} shows what comes of it\n`);
  return exitCodes.done;
}

/**
 * Writes the request, unless somebody else wrote one at the same time: two that are carried out one
 * after the other would go back further than either meant. Answers the other one.
 */
async function putOnce(
  { ledger }: AskingParts,
  request: LedgerRequest,
  world: World,
): Promise<LedgerRequest | undefined> {
  await ledger.putRequest(request);
  // Sorted by instant, then id: both see the same one first.
  const first = (await ledger.requests()).find((one) => isOpenFor(request.name, one, world));
  if (first === undefined || first.id === request.id) return undefined;
  const message = `asked for already by ${first.actor}`;
  await ledger.endRequest(request.id, { at: request.at, result: 'done', message });
  return first;
}

type Way = Exclude<RollbackOffer, { refused: string }>;

function eventText(way: Way): string {
  switch (way.to) {
    case 'kept':
      return `go back to ${way.machineId}`;
    case 'image':
      return `go back to ${way.image.imageId}`;
    case 'stay':
      return `give up its replacement and stay with ${way.machineId}`;
  }
}

function viewOf(
  world: World,
  situation: Situation,
  way: Way,
  events: readonly FleetEvent[],
): RollbackView {
  const { record, machine, spec, now } = situation;
  return {
    name: record.name,
    way,
    imageId: imageIdOf(situation, way),
    stops: isOn(machine?.state) ? machine?.id : undefined,
    homeId: record.homeId,
    readyWithinMinutes: spec.readyWithinMinutes,
    replacement: record.replacement,
    denial: denialFrom(situation, actorOf(), now),
    specChange: lastMachineChange(events, changedUntil(situation, way)),
    channelNow: 'channel' in spec.image ? world.observed.images.get(imageKey(spec)) : undefined,
    file: fileOf(world, record.name),
  };
}

/** When the replacement began or ended that is taken back: what was changed later is not part of it. */
function changedUntil({ record, now }: Situation, way: Way): Instant {
  const since = way.to === 'stay' ? record.replacement?.since : record.kept?.since;
  return since ?? now;
}

function imageIdOf({ observed }: Situation, way: Way): string | undefined {
  if (way.to === 'image') return way.image.imageId;
  return observed.machines.find(({ id }) => id === way.machineId)?.imageId;
}

function fileOf({ desired: { sources } }: World, name: string): RollbackView['file'] {
  const manifest = sources && findManifest(sources, 'DevInstance', name);
  if (manifest?.spec.image === undefined) return manifest?.file;
  return { file: manifest.file, ...placeIn(manifest, ['spec', 'image'], 'key') };
}

/** A pass may have taken the home off meanwhile, unaware of the request: then it is too late. */
async function sayMoved(
  { ledger }: AskingParts,
  situation: Situation,
  request: LedgerRequest,
  io: Io,
): Promise<void> {
  const stored = (await ledger.records()).find(({ record }) => record.name === request.name);
  if (stored === undefined || stored.record.replacement?.requestId === request.id) return;
  const offer = rollbackOffer({ ...situation, record: stored.record });
  if ('refused' in offer) io.out(`  meanwhile ${offer.refused}: ${offer.remedy}\n`);
}
