import type { Instant } from '../instant.ts';
import { isOn } from '../observed.ts';
import { hold } from '../plan/finding.ts';
import { placementsFor } from '../plan/launch.ts';
import type { Situation } from '../plan/situation.ts';
import type { Hold, HoldReason } from '../plan/world.ts';
import { typeMisfit } from '../type-fit.ts';
import { specOfHash } from './machine-spec.ts';
import type { Moment } from './moment.ts';
import { keptAgain, type Pending, pendingReplacement } from './pending.ts';
import { expired, isTooOld, wantedRevision } from './revision.ts';
import { standingSetback } from './setback.ts';

/**
 * The moment of a replacement that nothing forbids; undefined where none is wanted, or it is held by
 * more than what EBS is done with by itself.
 */
export function replacementAhead(situation: Situation): Moment | undefined {
  const pending = pendingReplacement(situation);
  if (pending === undefined || pending.moment.kind === 'held') return undefined;
  const held = obstacleTo(situation, pending) ?? delayOf(situation, pending);
  return held === undefined || held.reason === 'HomeModifying' ? pending.moment : undefined;
}

/** What keeps a machine from what it is to have, for people. */
export interface Hindrance {
  /** `none`: it may begin now. `waits`: for its moment, or what passes. `held`: until somebody acts. */
  readonly kind: 'none' | 'waits' | 'held';
  readonly message: string;
  readonly at?: Instant;
}

/** What keeps the replacement that is wanted of a machine. */
export function hindranceOf(situation: Situation): Hindrance {
  const pending = pendingReplacement(situation);
  if (pending === undefined) return { kind: 'waits', message: 'it cannot be replaced yet' };
  const { moment } = pending;
  const obstacle = obstacleTo(situation, pending);
  if (obstacle !== undefined) return { kind: 'held', message: obstacle.message };
  if (moment.kind === 'held') return { kind: 'held', message: moment.message };
  const delay = delayOf(situation, pending);
  if (delay !== undefined) {
    // These last until a person has mended them.
    const isLasting = delay.reason === 'SecondMachine' || delay.reason === 'UnknownState';
    return { kind: isLasting ? 'held' : 'waits', message: delay.message };
  }
  if (!hasHome(situation)) return { kind: 'waits', message: 'when it has its home' };
  if (moment.kind === 'now') return { kind: 'none', message: moment.note };
  const { at, note: message } = moment;
  return at === undefined ? { kind: 'waits', message } : { kind: 'waits', message, at };
}

/** Whether the machine has its home, and nothing about that is under way. */
export function hasHome({ machine, home }: Situation): boolean {
  const attachment = home?.attachments.find(({ instanceId }) => instanceId === machine?.id);
  return attachment?.state === 'attached';
}

/** What speaks against a replacement at any moment. */
export function obstacleTo(situation: Situation, pending: Pending): Hold | undefined {
  const { spec, record, observed } = situation;
  const { revision, target } = pending;
  const held = (reason: HoldReason, message: string, remedy: string) =>
    hold(situation, reason, message, remedy);
  if (revision === undefined) {
    const named = wantedRevision(situation);
    const { reason, remedy } =
      'reading' in named
        ? { reason: 'its image is not known', remedy: 'see the failed read' }
        : named;
    return held('ImageUnusable', reason, remedy);
  }
  const { imageId, rootSnapshotGib, architecture } = revision.reading;
  if (isTooOld(situation, revision) && keptAgain(situation, pending) === undefined) {
    const { reason, remedy } = expired(imageId);
    return held('ImageExpired', reason, remedy);
  }
  const { rootVolume } = specOfHash(spec, record.madeFrom, target.specHash) ?? spec;
  if (rootVolume.sizeGib < rootSnapshotGib) {
    const message = `rootVolume of ${rootVolume.sizeGib} GiB is smaller than image ${imageId}, which needs ${rootSnapshotGib} GiB`;
    return held('ImageUnusable', message, `set rootVolume.sizeGiB to at least ${rootSnapshotGib}`);
  }
  const misfit = typeMisfit(observed, spec.instanceType, {
    architecture,
    what: `image ${imageId}`,
  });
  if (misfit !== undefined) return held('TypeUnusable', misfit.message, misfit.fix);
  if (placementsFor(situation, revision.reading).length === 0) {
    const where = `in ${record.az}, where its home is`;
    const message = `none of the subnets ${spec.subnets.join(', ')} exists ${where}`;
    return held('NoSubnet', message, `give class ${spec.className} a subnet ${where}`);
  }
  return undefined;
}

/** What speaks against a replacement now, and passes. */
export function delayOf(situation: Situation, { target, machine }: Pending): Hold | undefined {
  const { record, now, home, secondMachine } = situation;
  const held = (reason: HoldReason, message: string, remedy: string) =>
    hold(situation, reason, message, remedy);
  const setback = standingSetback(record.setback, target, now);
  if (setback !== undefined) {
    const message = `the last try failed: ${setback.reason}`;
    const remedy = `it is tried again after ${setback.notBefore}, at its moment`;
    return held('ReplacementFailed', message, remedy);
  }
  if (home?.modifying !== undefined) {
    const message = `home ${home.id} is ${home.modifying} after its last modification`;
    return held('HomeModifying', message, 'nothing to do: it is replaced when EBS is done');
  }
  if (secondMachine !== undefined) {
    const message = `${secondMachine.id} carries the same uid, so no third machine is launched`;
    return held('SecondMachine', message, `terminate ${secondMachine.id} by hand`);
  }
  if (machine.stateReason?.code === 'Client.UserInitiatedHibernate' && !isOn(machine.state)) {
    const message = `${machine.id} is hibernated: its memory still holds the file system`;
    return held('UnknownState', message, `start ${machine.id}, then stop it without hibernating`);
  }
  return undefined;
}
