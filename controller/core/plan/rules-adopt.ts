import type { Action } from '../action.ts';
import type { Home, Snapshot } from '../observed.ts';
import { tagKeys } from '../tags.ts';
import { detachHome } from './detach.ts';
import { type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import type { HomeHolder } from './neighbours.ts';
import { adoptionTags, devinstanceTags } from './resource-tags.ts';
import { stopWhenDue } from './rules-power.ts';
import { isLive, type Situation } from './situation.ts';

type Tags = Readonly<Record<string, string>>;

/**
 * `homeVolume.from` is read where there is no home yet, and takes only what is given: a volume or
 * snapshot that an operator tagged for this name, or a home that its owner gave up (decision 9).
 */
export const homeSourceRule: Rule = (situation) => {
  const { record, spec, standing } = situation;
  const { from } = spec.homeVolume;
  if (record.homeId !== undefined || from === undefined) return undefined;
  if (standing.kind === 'orphaned' || spec.lifecycle !== 'active') return undefined;
  // A create that was begun is brought to its end first, whatever git says meanwhile.
  const begun = record.step?.action.kind;
  if (begun === 'launch' || begun === 'create-home') return undefined;
  const finding =
    'volumeId' in from
      ? adoptVolume(situation, from.volumeId)
      : snapshotTrouble(situation, from.snapshotId);
  return finding && { ...stopWhenDue(situation), ...finding, final: true };
};

function adoptVolume(situation: Situation, volumeId: string): Finding {
  const { observed, neighbours } = situation;
  const home = observed.homes.find(({ id }) => id === volumeId);
  if (home === undefined) return missingSource(situation, volumeId);
  const claimants = neighbours.claimantsOf(volumeId);
  if (claimants.length > 1) {
    const message = `${volumeId} is claimed by ${claimants.join(' and ')}: none of them gets it`;
    return refused(situation, message, 'leave homeVolume.from in one of them only');
  }
  const holder = neighbours.holderOf(home);
  const trouble =
    claimTrouble(situation, home, holder) ??
    holderSuspended(situation, home, holder) ??
    stateTrouble(situation, home) ??
    zoneTrouble(situation, home);
  if (trouble !== undefined) return trouble;
  const attachment = home.attachments.find(({ state }) => state !== 'detached');
  if (attachment !== undefined) {
    return holder === undefined || holder.record.retirement?.isComplete === true
      ? attachedElsewhere(situation, home, attachment.instanceId)
      : takeOver(situation, home, holder, attachment.instanceId);
  }
  if (home.state !== 'available') return { waiting: 'the volume to become available' };
  return { action: adoptAction(situation, home) };
}

function adoptAction({ record, fleet, spec }: Situation, home: Home): Action {
  return {
    kind: 'adopt-home',
    name: record.name,
    homeId: home.id,
    az: home.az,
    chosenBy: devinstanceTags(home.tags),
    tags: adoptionTags(fleet.name, record, spec),
  };
}

function missingSource(situation: Situation, id: string): Finding {
  if (!situation.observed.absent.has(id)) {
    return unreadFinding(situation, `${id} of homeVolume.from could not be read`);
  }
  const message = `${id} of homeVolume.from does not exist in this account and region`;
  return refused(situation, message, 'correct the id, or remove from to begin with an empty home');
}

/** What speaks against handing a volume or snapshot with these tags to this DevInstance. */
function claimTrouble(
  situation: Situation,
  { id, tags }: { readonly id: string; readonly tags: Tags },
  holder: HomeHolder | undefined,
): Finding | undefined {
  const { fleet, record } = situation;
  if (holder !== undefined && !holder.hasGivenUp) {
    const { name } = holder.record;
    const message = `${id} is the home of ${name}, which the specs still ask for`;
    return refused(situation, message, `remove or retire ${name} first`);
  }
  const isOurs = tags[tagKeys.fleet] === fleet.name;
  const owner = tags[tagKeys.owner];
  if (isOurs && owner !== undefined && owner !== record.owner) {
    const message = `${id} belongs to ${owner}, not to ${record.owner}`;
    const remedy = `to hand it over: ${tagCommand(id, fleet.name, record.name)} Key=${tagKeys.owner},Value=${record.owner}`;
    return refused(situation, message, remedy);
  }
  if (isOurs && (tags[tagKeys.adopt] === record.name || isGivenUp(tags, holder))) return undefined;
  const message = `${id} is not given to ${record.name}: it lacks ${isOurs ? '' : `${tagKeys.fleet}=${fleet.name} and `}${tagKeys.adopt}=${record.name}`;
  return refused(situation, message, tagCommand(id, fleet.name, record.name));
}

/** Hands are kept off the home, too, of a DevInstance that a person suspended. */
function holderSuspended(
  situation: Situation,
  home: Home,
  holder: HomeHolder | undefined,
): Finding | undefined {
  if (holder === undefined) return undefined;
  const { name } = holder.record;
  const suspension = situation.neighbours.suspensionOf(name);
  if (suspension === undefined) return undefined;
  const { actor, expiresAt } = suspension;
  const message = `home ${home.id} is of ${name}, which ${actor} suspended until ${expiresAt}`;
  const remedy = `devinstance resume ${name} ends it`;
  return { holds: [hold(situation, 'HomeAwaited', message, remedy)], wakeAt: expiresAt };
}

function tagCommand(id: string, fleet: string, name: string): string {
  return `aws ec2 create-tags --resources ${id} --tags Key=${tagKeys.fleet},Value=${fleet} Key=${tagKeys.adopt},Value=${name}`;
}

/** A home that nobody holds any more; its owner was compared before. */
function isGivenUp(tags: Tags, holder: HomeHolder | undefined): boolean {
  if (tags[tagKeys.role] !== 'home' || tags[tagKeys.owner] === undefined) return false;
  const phase = tags[tagKeys.phase];
  return holder !== undefined || phase === 'released' || phase === 'orphaned';
}

function stateTrouble(situation: Situation, home: Home): Finding | undefined {
  const { id, state } = home;
  if (state !== 'available' && state !== 'in-use' && state !== 'creating') {
    return refused(situation, `${id} is in state ${state}`, 'look at the volume in EC2');
  }
  if (!home.encrypted) {
    const remedy = `make a snapshot of it, tag that, and write from: {snapshotId: snap-…}: the home made of it is encrypted`;
    return refused(situation, `${id} is not encrypted`, remedy);
  }
  if (!home.multiAttach) return undefined;
  const remedy = 'switch Multi-Attach off, or make a snapshot of it and begin from that';
  return refused(situation, `${id} may be attached to several machines at once`, remedy);
}

/** A home pins its zone: nothing is taken that no subnet or machine can use. */
function zoneTrouble(situation: Situation, home: Home): Finding | undefined {
  const { machine, observed, spec } = situation;
  if (machine !== undefined && machine.az !== home.az) {
    const message = `${home.id} is in ${home.az}, machine ${machine.id} in ${machine.az}`;
    const remedy = `terminate ${machine.id} by hand: the next one is launched where the home is`;
    return refused(situation, message, remedy);
  }
  const subnets = spec.subnets.flatMap((id) => observed.subnets.get(id) ?? []);
  if (subnets.some(({ az }) => az === home.az) || subnets.length === 0) return undefined;
  const message = `${home.id} is in ${home.az}, where class ${spec.className} has no subnet`;
  const remedy = `give class ${spec.className} a subnet in ${home.az}`;
  return { holds: [hold(situation, 'NoSubnet', message, remedy)] };
}

/** A home is taken from the machine of a removed DevInstance once that is stopped for good. */
function takeOver(
  situation: Situation,
  home: Home,
  holder: HomeHolder,
  instanceId: string,
): Finding {
  const { record } = holder;
  const machine = situation.observed.machines.find(({ id }) => id === instanceId);
  if (machine?.tags[tagKeys.uid] !== record.uid)
    return attachedElsewhere(situation, home, instanceId);
  if (!isLive(machine)) return { waiting: 'the home to be released by its former machine' };
  if (machine.state === 'stopping') return { waiting: `${machine.id} of ${record.name} to stop` };
  if (machine.state === 'stopped') {
    return detachHome(situation, { machine, home, since: situation.record.detachingSince });
  }
  const message = `home ${home.id} is still attached to ${machine.id} of ${record.name}, which stops ${holder.stopsAt}`;
  const remedy = 'nothing to do: it is taken over then; to have it sooner stop that machine';
  return {
    holds: [hold(situation, 'HomeAwaited', message, remedy)],
    wakeAt: holder.stopsAt,
  };
}

function attachedElsewhere(situation: Situation, home: Home, instanceId: string): Finding {
  const message = `${home.id} is attached to ${instanceId}`;
  return refused(situation, message, `stop ${instanceId} and detach the volume`);
}

/** What speaks against making the home of a snapshot; nothing where it can be made. */
function snapshotTrouble(situation: Situation, snapshotId: string): Finding | undefined {
  const { observed, spec } = situation;
  const snapshot = observed.snapshots.get(snapshotId);
  if (snapshot === undefined) return missingSource(situation, snapshotId);
  const trouble = claimTrouble(situation, snapshot, undefined);
  if (trouble !== undefined) return trouble;
  if (snapshot.state === 'pending') return { waiting: 'the snapshot to complete' };
  if (snapshot.state !== 'completed') return brokenSnapshot(situation, snapshot);
  if (spec.homeVolume.sizeGib >= snapshot.sizeGib) return undefined;
  const message = `${snapshotId} holds ${snapshot.sizeGib} GiB, the home is to have ${spec.homeVolume.sizeGib}`;
  return refused(situation, message, `set homeVolume.sizeGiB to at least ${snapshot.sizeGib}`);
}

function brokenSnapshot(situation: Situation, { id, state }: Snapshot): Finding {
  return refused(situation, `${id} is in state ${state}`, 'name another snapshot');
}

function refused(situation: Situation, message: string, remedy: string): Finding {
  return { holds: [hold(situation, 'AdoptionRefused', message, remedy)] };
}
