import { minuteMs, plusMillis } from '../instant.ts';
import { launchRevision } from '../replacement/revision.ts';
import { typeMisfit } from '../type-fit.ts';
import { absenceDoubt } from './absence.ts';
import { isBeingCreated } from './creating.ts';
import { type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import { launchAction, nextPlacement, placementsFor } from './launch.ts';
import { readyDeadline } from './ready.ts';
import { lostHome } from './rules-home.ts';
import { isLeaving, isUnread, type Situation } from './situation.ts';

/** EC2's own waiters give a stop ten minutes (botocore waiters, instance_stopped). */
export const stopDeadlineMs = 10 * minuteMs;

/** A DevInstance without a machine gets one, if nothing speaks against it. Has the last word then. */
export const launchRule: Rule = (situation) => {
  if (situation.machine !== undefined) return undefined;
  return { ...launchFinding(situation), final: true };
};

function launchFinding(situation: Situation): Finding {
  const { record, former, observed } = situation;
  if (former === 'unread' || isUnread(observed, 'machines')) {
    return unreadFinding(situation, 'machines could not be read, so none is launched');
  }
  const doubt = absenceDoubt(situation);
  if (doubt !== undefined) return doubt;
  const step = record.step;
  if (step?.action.kind === 'launch') {
    // Replayed as it stands even where git changed meanwhile: it may have happened already.
    return { action: step.action };
  }
  // A home whose creation was interrupted is settled first: the next machine goes where it is.
  if (step?.action.kind === 'create-home') return { action: step.action };
  if (isLeaving(situation)) return {};
  const { duty } = situation;
  if (!isBeingCreated(record) && duty.state === 'stopped') {
    return duty.until === undefined ? {} : { wakeAt: duty.until };
  }
  return launchNow(situation);
}

function launchNow(situation: Situation): Finding {
  const { spec, record, observed } = situation;
  const lost = lostHome(situation);
  if (lost !== undefined) return lost;
  if (record.homeId === undefined && isUnread(observed, 'homes')) {
    return unreadFinding(situation, 'homes could not be read, so no machine is launched');
  }
  const revision = launchRevision(situation, isBeingCreated(record));
  if (!('reading' in revision)) {
    const { reason, remedy, isExpired } = revision;
    const held = isExpired ? 'ImageExpired' : 'ImageUnusable';
    return { holds: [hold(situation, held, reason, remedy)] };
  }
  const { reading: image } = revision;
  if (spec.rootVolume.sizeGib < image.rootSnapshotGib) {
    const message = `rootVolume of ${spec.rootVolume.sizeGib} GiB is smaller than image ${image.imageId}, which needs ${image.rootSnapshotGib} GiB`;
    const remedy = `set rootVolume.sizeGiB to at least ${image.rootSnapshotGib}`;
    return { holds: [hold(situation, 'ImageUnusable', message, remedy)] };
  }
  const misfit = typeMisfit(observed, spec.instanceType, {
    architecture: image.architecture,
    what: `image ${image.imageId}`,
  });
  if (misfit !== undefined) {
    return { holds: [hold(situation, 'TypeUnusable', misfit.message, misfit.fix)] };
  }
  const placement = nextPlacement(situation, placementsFor(situation, image));
  if (placement === undefined) return noSubnet(situation);
  return {
    action: launchAction(situation, revision, placement),
    recovers: !isBeingCreated(record),
  };
}

function noSubnet(situation: Situation): Finding {
  const { record, spec } = situation;
  const where = record.az === undefined ? '' : ` in ${record.az}, where its home is`;
  const message = `none of the subnets ${spec.subnets.join(', ')} exists${where}`;
  const remedy = `give class ${spec.className} a subnet${where}`;
  return { holds: [hold(situation, 'NoSubnet', message, remedy)] };
}

/** A machine between two states is waited for, up to a deadline. */
export const transientRule: Rule = (situation) => {
  const { machine, record, now } = situation;
  if (machine?.state === 'pending') {
    const deadline = readyDeadline(record);
    if (deadline === undefined || now < deadline) {
      return { waiting: 'the machine to run', final: true };
    }
    const message = `${machine.id} has been pending since ${record.becomingReadySince}`;
    return {
      holds: [hold(situation, 'StuckPending', message, 'look at the instance in EC2')],
      final: true,
    };
  }
  if (machine?.state !== 'stopping') return undefined;
  const since = record.power?.at;
  if (since === undefined || now < plusMillis(since, stopDeadlineMs)) {
    return { waiting: 'the machine to stop', final: true };
  }
  const message = `${machine.id} has been stopping since ${since}`;
  const remedy = 'wait, or force the stop by hand and check the home afterwards';
  return { holds: [hold(situation, 'StuckStopping', message, remedy)], final: true };
};
