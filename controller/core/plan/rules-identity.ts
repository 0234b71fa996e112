import { plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import { everyName } from '../request.ts';
import { clockIn } from '../schedule/clock.ts';
import { isBeingCreated } from './creating.ts';
import { change, type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import { visibilityMs } from './memory.ts';
import { hasIdentity } from './resource-tags.ts';
import { stopWhenDue } from './rules-power.ts';
import { isLive, type Situation } from './situation.ts';

/** Hands off where a person's command or git says so; of a removed file git says nothing. */
export const suspendedRule: Rule = (situation) => {
  const { record, spec, standing, neighbours, now } = situation;
  const asked = neighbours.suspensionOf(record.name);
  if (asked !== undefined) {
    const { actor, reason, expiresAt, name } = asked;
    const what = name === everyName ? 'every DevInstance' : 'it';
    const { timezone } = spec.schedule;
    const until = `${clockIn(timezone, expiresAt, now)} ${timezone}`;
    const message = `${actor} suspended ${what} until ${until}: ${reason}`;
    const remedy = `devinstance resume ${name === everyName ? '--all' : name} ends it`;
    return {
      holds: [hold(situation, 'Suspended', message, remedy)],
      wakeAt: expiresAt,
      final: true,
    };
  }
  if (spec.lifecycle !== 'suspended' || standing.kind === 'orphaned') return undefined;
  const message = 'its spec says lifecycle: suspended, so nothing is done to it';
  const remedy = 'set lifecycle: active to go on';
  return { holds: [hold(situation, 'Suspended', message, remedy)], final: true };
};

/** A spec that is not followed as written says so; the rest goes on from the last effective one. */
export const standingRule: Rule = (situation) => {
  const { standing } = situation;
  if (standing.kind !== 'kept') return undefined;
  const remedies = {
    InvalidSpec: 'mend the file; until then its last valid spec stays in force',
    OwnerChanged: 'an owner never changes: restore it, or use a new name for the new owner',
    InterlockDisrupted: 'see the interlock; until it is lifted, its last valid spec stays in force',
    InterlockEmptySource:
      'see the interlock; until it is lifted, its last valid spec stays in force',
  };
  const { reason, message } = standing;
  const refused =
    reason === 'OwnerChanged'
      ? [change(situation, 'change', ['spec_owner'], { details: [message], withheldBy: reason })]
      : [];
  return { changes: refused, holds: [hold(situation, reason, message, remedies[reason])] };
};

/** Nothing is touched that does not carry this DevInstance's identity, or that cannot be understood. */
export const identityRule: Rule = (situation) => {
  const { machine, secondMachine } = situation;
  const conflict = identityConflict(situation, [machine]);
  if (conflict !== undefined) return conflict;
  if (machine?.state === 'unknown') {
    const message = `machine ${machine.id} is in a state this version does not know`;
    return { holds: [hold(situation, 'UnknownState', message, 'look at it in EC2')], final: true };
  }
  if (secondMachine === undefined || machine === undefined) return undefined;
  return {
    holds: [
      hold(
        situation,
        'SecondMachine',
        `${secondMachine.id} carries the same uid as ${machine.id} and is left alone`,
        `make sure that nobody uses ${secondMachine.id}, then terminate it by hand`,
      ),
    ],
  };
};

/** A machine or home among these, and the home, that does not carry this DevInstance's identity. */
export function identityConflict(
  situation: Situation,
  machines: readonly (Machine | undefined)[],
): Finding | undefined {
  const { home, record, fleet } = situation;
  for (const machine of machines) {
    if (machine !== undefined && !hasIdentity(fleet.name, record, machine, 'machine')) {
      return conflictOf(situation, machine, 'machine');
    }
  }
  return home === undefined || hasIdentity(fleet.name, record, home, 'home')
    ? undefined
    : conflictOf(situation, home, 'home');
}

function conflictOf(situation: Situation, resource: Machine | Home, role: string): Finding {
  const message = `${role} ${resource.id} does not carry the identity tags of ${situation.record.name} (uid ${situation.record.uid}, owner ${situation.record.owner})`;
  const remedy = `restore its devinstance: tags (fleet, name, uid, owner, role=${role}) with aws ec2 create-tags`;
  return { holds: [hold(situation, 'IdentityConflict', message, remedy)], final: true };
}

/** A home that is missing, broken or elsewhere stops everything but the scheduled stop (decision 3). */
export const homeTroubleRule: Rule = (situation) => {
  const trouble = homeTrouble(situation);
  return trouble === undefined ? undefined : { ...stopWhenDue(situation), ...trouble, final: true };
};

function homeTrouble(situation: Situation): Finding | undefined {
  const broken = brokenHome(situation);
  if (broken !== undefined || situation.home === undefined) return broken;
  return homeElsewhere(situation, situation.home);
}

/** A home that is not there, not known or of no use, wherever it is attached. */
export function brokenHome(situation: Situation): Finding | undefined {
  const { home, homeFate, record } = situation;
  if (homeFate === 'none') return undefined;
  if (homeFate === 'unread') {
    return unreadFinding(situation, `home ${record.homeId} could not be read`);
  }
  if (home === undefined) return missingHome(situation);
  if (home.state === 'error' || home.state === 'deleting' || home.state === 'deleted') {
    const message = `home ${home.id} is in state ${home.state}`;
    // Nothing was on it yet: EBS reports a key that cannot be used only after CreateVolume succeeded.
    const remedy = isBeingCreated(record)
      ? 'nothing was on it: mend the cause (can its KMS key be used?), then give the DevInstance a new name'
      : restoreRemedy(situation);
    return { holds: [hold(situation, 'HomeError', message, remedy)] };
  }
  if (home.state === 'unknown') {
    const message = `home ${home.id} is in a state this version does not know`;
    return { holds: [hold(situation, 'UnknownState', message, 'look at the volume in EC2')] };
  }
  return undefined;
}

/** Nothing is restored for one that is removed or retired: that is taken back first. */
function restoreRemedy({ record, spec, standing }: Situation): string {
  const command = `devinstance home restore ${record.name} --from latest`;
  const look = 'find out what happened to it, or';
  if (standing.kind === 'orphaned') return `${look} restore its file, then: ${command}`;
  if (spec.lifecycle === 'retired') return `${look} set lifecycle: active, then: ${command}`;
  return `${look}: ${command}`;
}

function missingHome(situation: Situation): Finding {
  const { record, now } = situation;
  const since = record.homeSince;
  if (since !== undefined && now < plusMillis(since, visibilityMs)) {
    return { waiting: 'the home to become visible' };
  }
  const message = `home ${record.homeId} does not exist (asked by tag and by id)`;
  const remedy = `${restoreRemedy(situation)}; no empty home is made in its place`;
  return { holds: [hold(situation, 'HomeMissing', message, remedy)] };
}

function homeElsewhere(situation: Situation, home: Home): Finding | undefined {
  const { machine, former, record, observed } = situation;
  const other = home.attachments.find(
    (attachment) => attachment.state !== 'detached' && attachment.instanceId !== machine?.id,
  );
  if (other === undefined) return undefined;
  if (former === 'unread' && other.instanceId === record.machineId) {
    return unreadFinding(situation, `machine ${record.machineId} could not be read`);
  }
  const holder = observed.machines.find((candidate) => candidate.id === other.instanceId);
  if (holder !== undefined && !isLive(holder)) {
    return { waiting: 'the home to be released by its former machine' };
  }
  const message = `home ${home.id} is attached to ${other.instanceId}`;
  const remedy = `stop ${other.instanceId} and detach the volume`;
  return { holds: [hold(situation, 'HomeElsewhere', message, remedy)] };
}
