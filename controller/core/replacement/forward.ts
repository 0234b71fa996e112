import { type Home, isOn, type Machine } from '../observed.ts';
import { detachHome } from '../plan/detach.ts';
import { type Finding, hold, unreadFinding } from '../plan/finding.ts';
import { isUndecided } from '../plan/fold-power.ts';
import { launchAction, nextPlacement, placementsFor, snapshotHomeAction } from '../plan/launch.ts';
import { homeNamedBy, homeTagValue } from '../plan/resource-tags.ts';
import { isUnread, type Situation } from '../plan/situation.ts';
import type { Replacement } from '../record.ts';
import { tagKeys } from '../tags.ts';
import { machineOf } from './beside.ts';
import { isHandedOver, isSuccessorToRun } from './handover.ts';
import { specOfHash } from './machine-spec.ts';
import { revisionOf } from './revision.ts';
import { attachAction, holderOf, startAction, stopAction, stopping } from './steps.ts';

/** The next step towards the new machine. */
export function stepForward(situation: Situation, replacement: Replacement, home: Home): Finding {
  return isHandedOver(situation.record)
    ? moveOver(situation, replacement, home)
    : prepare(situation, replacement, home);
}

/** Until the home leaves: the old machine stopped, the home's snapshot begun, the new one proven. */
function prepare(situation: Situation, replacement: Replacement, home: Home): Finding {
  const { record, machine: old } = situation;
  const begun = record.step?.action;
  if (old === undefined) {
    // What may have been made is known by its answer alone.
    return begun?.kind === 'launch' || begun?.kind === 'snapshot-home'
      ? { action: begun }
      : { waiting: 'the home to be released by its former machine' };
  }
  if (isUndecided(record, old, situation.now)) {
    return { waiting: 'the old machine to be seen as it was left' };
  }
  if (old.state === 'running') return { action: stopAction(situation, old.id, 'change') };
  if (old.state === 'stopping') return stopping(situation, old);
  if (old.state !== 'stopped') return { waiting: 'the old machine to run' };
  if (replacement.snapshotId === undefined) {
    const isBegun = begun?.kind === 'snapshot-home' && begun.purpose === 'replacement';
    return {
      action: isBegun ? begun : snapshotHomeAction(situation, home.id, { purpose: 'replacement' }),
    };
  }
  if (begun?.kind === 'launch') return { action: begun };
  if (replacement.newId === undefined) return launchBeside(situation, replacement, old);
  return proveAndDetach(situation, { old, home });
}

/** A launch in the zone of the home, with the type that the spec asks for by now. */
function launchBeside(situation: Situation, { target }: Replacement, old: Machine): Finding {
  if (isUnread(situation.observed, 'machines')) {
    return unreadFinding(situation, 'machines could not be read, so none is launched');
  }
  const revision = revisionOf(situation, target.image);
  if (revision === undefined) {
    const message = `image ${target.image.imageId} can no longer be launched`;
    return { holds: [hold(situation, 'ImageUnusable', message, 'name another image in git')] };
  }
  const placement = nextPlacement(situation, placementsFor(situation, revision.reading));
  if (placement === undefined) {
    const message = `no subnet of its class is in ${situation.record.az}, where its home is`;
    const remedy = `give class ${situation.spec.className} a subnet in ${situation.record.az}`;
    return { holds: [hold(situation, 'NoSubnet', message, remedy)] };
  }
  const spec = specOfHash(situation.spec, situation.record.madeFrom, target.specHash);
  const launch = launchAction({ ...situation, spec: spec ?? situation.spec }, revision, placement);
  return { action: { ...launch, beside: old.id } };
}

function proveAndDetach(
  situation: Situation,
  { old, home }: { readonly old: Machine; readonly home: Home },
): Finding {
  const { successor, record } = situation;
  const made = machineOf(successor);
  if (made === undefined) return unseen(situation);
  const named = nameHome(situation, made, home);
  if (named !== undefined) return named;
  switch (made.state) {
    case 'stopped':
      return { action: startAction(situation, made.id) };
    case 'running':
      break;
    default:
      return { waiting: 'the new machine to run' };
  }
  if (made.checks !== 'ok') return { waiting: 'the new machine to pass its status checks' };
  return detachHome(situation, { machine: old, home, since: record.detachingSince });
}

/** A machine waits for the home that its tag names: one that was kept may have known another. */
function nameHome({ record }: Situation, made: Machine, home: Home): Finding | undefined {
  const value = homeTagValue(record);
  if (value === undefined || homeNamedBy(made) === home.id) return undefined;
  const tags = { [tagKeys.home]: value };
  return { action: { kind: 'tag', name: record.name, resourceId: made.id, tags } };
}

/** From the detach on: the home attached, the new machine ready, and off again where it is to be. */
function moveOver(situation: Situation, replacement: Replacement, home: Home): Finding {
  const { machine: old } = situation;
  const finding = moveHome(situation, replacement, home);
  // Whoever started it finds no home there; what brings the home on goes first.
  const isInTheWay = old?.state === 'running' && holderOf(home) !== old.id;
  return isInTheWay && finding.action === undefined
    ? { ...finding, action: stopAction(situation, old.id, 'beside') }
    : finding;
}

function moveHome(situation: Situation, replacement: Replacement, home: Home): Finding {
  const { record, machine: old, successor } = situation;
  const made = machineOf(successor);
  if (made === undefined) return unseen(situation);
  const holder = holderOf(home);
  if (holder !== undefined && holder === old?.id) {
    if (old.state === 'running') return { action: stopAction(situation, old.id, 'beside') };
    if (old.state !== 'stopped') return stopping(situation, old);
    return detachHome(situation, { machine: old, home, since: record.detachingSince });
  }
  if (holder === undefined) {
    if (home.state !== 'available') return { waiting: 'the home to become available' };
    return made.state === 'running' || made.state === 'stopped'
      ? { action: attachAction(situation, made.id, home.id) }
      : { waiting: 'the new machine to run' };
  }
  return makeReady(situation, replacement, made);
}

function makeReady(situation: Situation, replacement: Replacement, made: Machine): Finding {
  const isToRun =
    replacement.readyAt === undefined || isSuccessorToRun(situation.duty, replacement);
  if (made.state === 'stopped' && isToRun) return { action: startAction(situation, made.id) };
  if (made.state === 'running' && !isToRun) {
    return { action: stopAction(situation, made.id, 'beside') };
  }
  if (isOn(made.state)) return { waiting: 'the new machine to be ready with the home' };
  return stopping(situation, made);
}

function unseen(situation: Situation): Finding {
  const { successor, record } = situation;
  const id = record.replacement?.newId ?? 'the new machine';
  return successor.fate === 'unread'
    ? unreadFinding(situation, `machine ${id} could not be read`)
    : { waiting: 'the new machine to become visible' };
}
