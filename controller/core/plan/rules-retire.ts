import type { Action } from '../action.ts';
import { minuteMs, plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import { letGoOfKept } from '../replacement/kept.ts';
import { tagKeys } from '../tags.ts';
import { absenceDoubt } from './absence.ts';
import { detachHome } from './detach.ts';
import { change, type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import { isUndecided } from './fold-power.ts';
import { setPhaseAction } from './launch.ts';
import { stopWhenDue } from './rules-power.ts';
import { holdsHome, isUnread, type Situation } from './situation.ts';
import { snapshotOfHome } from './snapshot.ts';

/** EC2's own waiters give a termination ten minutes (botocore waiters, instance_terminated). */
const terminateDeadlineMs = 10 * minuteMs;

/**
 * Carries a retirement out: stop, snapshot of the home complete, detach, terminate, home released.
 * Each step follows from what is observed, so it can be broken off and taken back between any two;
 * the machine is gone for good with the terminate, and the home never is.
 */
export const retireRule: Rule = (situation) => {
  const { spec, standing, record, machine } = situation;
  if (spec.lifecycle !== 'retired' || standing.kind !== 'wanted') return undefined;
  if (record.retirement?.isComplete) return { final: true };
  // A create that was begun may have happened: it is brought to its end first.
  const begun = record.step?.action.kind;
  if (begun === 'launch' || begun === 'create-home') return undefined;
  if (machine?.state === 'pending' || machine?.state === 'stopping') {
    return { changes: [retireChange(situation)] };
  }
  const isNew = record.retirement === undefined;
  return {
    ...nextStep(situation),
    changes: [retireChange(situation)],
    // Once begun it is carried to its end, or taken back in git.
    ...(isNew
      ? { disruptive: true, record: { ...record, retirement: { since: situation.now } } }
      : {}),
    final: true,
  };
};

/**
 * A retirement that is complete looks at nothing any more: whatever becomes of a home that was
 * released is no trouble of the one that released it. A request for it is still answered.
 */
export const retiredRule: Rule = ({ record, neighbours, homeFate }) => {
  if (!record.retirement?.isComplete) return undefined;
  const request = neighbours.requestOf(record.name);
  if (request === undefined) return { final: true };
  if (homeFate !== 'absent') return undefined;
  const { id: requestId, name } = request;
  const message = 'its home was released, and is gone';
  return { ending: { requestId, name, result: 'refused', message }, final: true };
};

function retireChange(situation: Situation) {
  const { machine, record } = situation;
  const ofMachine =
    machine === undefined
      ? []
      : [`machine ${machine.id} is stopped, then terminated with its root`];
  const ofHome =
    record.homeId === undefined
      ? []
      : [`home ${record.homeId} is snapshotted, detached, kept for ever and released`];
  return change(situation, 'retire', ['spec_lifecycle'], {
    details: [...ofMachine, ...ofHome],
    at: 'now',
    note: 'lifecycle: active takes it back',
  });
}

function nextStep(situation: Situation): Finding {
  const { machine, home, record, secondMachine } = situation;
  // Once it is retired nothing looks at it any more: what a replacement left goes first.
  const kept = home === undefined ? undefined : letGoOfKept(situation);
  if (kept !== undefined) return kept;
  if (machine === undefined) return withoutMachine(situation);
  // Tags are copied with "launch more like this": nothing is terminated while two claim the uid.
  if (secondMachine !== undefined) return stopWhenDue(situation) ?? {};
  if (isUndecided(record, machine, situation.now)) {
    return { waiting: 'the machine to be seen as it was left' };
  }
  if (machine.state === 'running') {
    const { name } = record;
    return { action: { kind: 'stop', name, machineId: machine.id, cause: 'retired' } };
  }
  if (record.homeId === undefined) return homeless(situation, machine);
  // Its absence had the last word before.
  if (home === undefined) return {};
  const snapshot = retirementSnapshot(situation, home);
  if (!('completed' in snapshot)) return snapshot;
  if (holdsHome(machine, home)) {
    return detachHome(situation, { machine, home, since: record.detachingSince });
  }
  if (home.state !== 'available') return { waiting: 'the home to be detached' };
  return { action: terminateAction(situation, machine, home.id) };
}

function retirementSnapshot(situation: Situation, home: Home) {
  const { retirement } = situation.record;
  return snapshotOfHome(situation, home, {
    purpose: 'retirement',
    snapshotId: retirement?.snapshotId,
    madeAt: retirement?.snapshotAt,
  });
}

function terminateAction(
  { record }: Situation,
  machine: Machine,
  homeId: string | undefined,
): Action {
  return {
    kind: 'terminate',
    name: record.name,
    machineId: machine.id,
    uid: record.uid,
    ...(homeId === undefined ? {} : { homeId }),
  };
}

/** A machine that never got a home; where a volume might be one, nothing is terminated. */
function homeless(situation: Situation, machine: Machine): Finding {
  const { record, observed } = situation;
  if (isUnread(observed, 'homes')) {
    return unreadFinding(situation, 'homes could not be read, so nothing is terminated');
  }
  const unclear = observed.homes.find(({ tags }) => tags[tagKeys.uid] === record.uid);
  if (unclear === undefined) return { action: terminateAction(situation, machine, undefined) };
  const message = `${unclear.id} carries uid ${record.uid}, but is not known as the home`;
  const remedy = 'remove its devinstance: tags if it is not, or restore them if it is';
  return { holds: [hold(situation, 'IdentityConflict', message, remedy)] };
}

function terminating(situation: Situation, machineId: string): Finding {
  const since = situation.record.retirement?.terminatedAt;
  if (since === undefined || situation.now < plusMillis(since, terminateDeadlineMs)) {
    return { waiting: 'the machine to be terminated' };
  }
  const message = `${machineId} has been shutting down since ${since}`;
  const remedy = 'look at the instance in EC2; the home is off it and safe';
  return { holds: [hold(situation, 'StuckTerminating', message, remedy)] };
}

function withoutMachine(situation: Situation): Finding {
  const { record, home, former, observed } = situation;
  if (former === 'unread' || isUnread(observed, 'machines')) {
    return unreadFinding(situation, 'machines could not be read, so the home is not released');
  }
  const doubt = absenceDoubt(situation);
  if (doubt !== undefined) return doubt;
  const going = observed.machines.find(
    ({ tags, state }) => tags[tagKeys.uid] === record.uid && state === 'shutting-down',
  );
  if (going !== undefined) return terminating(situation, going.id);
  if (home === undefined) return {};
  const snapshot = retirementSnapshot(situation, home);
  if (!('completed' in snapshot)) return snapshot;
  return { action: setPhaseAction(situation, home.id, 'released') };
}
