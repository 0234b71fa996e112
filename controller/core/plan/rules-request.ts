import { plusMillis } from '../instant.ts';
import type { Home, Snapshot } from '../observed.ts';
import type { LedgerRequest } from '../request.ts';
import { tagKeys } from '../tags.ts';
import { detachHome } from './detach.ts';
import { change, type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import { restoreHomeAction, setPhaseAction } from './launch.ts';
import { forget, visibilityMs } from './memory.ts';
import { holdsHome, type Situation } from './situation.ts';
import { snapshotOfHome } from './snapshot.ts';
import type { RequestEnding } from './world.ts';

/** A snapshot that a person asked for, of a home in whatever place. */
export const snapshotRequestRule: Rule = (situation) => {
  const { record, home } = situation;
  const request = situation.neighbours.requestOf(record.name);
  if (request?.work.kind !== 'snapshot-home') return undefined;
  if (record.homeId === undefined) return { ending: end(request, 'refused', 'it has no home yet') };
  if (home === undefined || home.state === 'creating') return undefined;
  const made = record.requestedSnapshot;
  const isMade = made?.requestId === request.id;
  const snapshot = snapshotOfHome(situation, home, {
    purpose: 'request',
    requestId: request.id,
    snapshotId: isMade ? made.snapshotId : undefined,
    madeAt: isMade ? made.at : undefined,
  });
  if ('completed' in snapshot) {
    const message = `snapshot ${snapshot.completed.id} of ${home.id} is complete`;
    return {
      ending: end(request, 'done', message),
      record: forget(record, 'requestedSnapshot'),
    };
  }
  const details = [`snapshot of home ${home.id}`];
  const note = askedBy(request);
  return {
    ...snapshot,
    changes: [change(situation, 'snapshot', ['requested'], { details, at: 'now', note })],
  };
};

/**
 * A new home from a snapshot in place of a lost or damaged one, at a person's request. The new
 * volume is made before anything else changes; the old one is kept and released.
 */
export const restoreRule: Rule = (situation) => {
  const { record, neighbours } = situation;
  const request = neighbours.requestOf(record.name);
  const isAsked = request?.work.kind === 'restore-home';
  const begun = record.step?.action;
  // A request may expire while its create is under way: that is brought to its end all the same.
  const isBegun = begun?.kind === 'restore-home';
  if (record.restore === undefined && !isAsked && !isBegun) return undefined;
  const finding =
    record.restore?.homeId === undefined
      ? beginRestore(situation, request)
      : { ...finishRestore(situation, record.restore.homeId), final: true };
  if (finding.ending !== undefined || finding.final !== true) return finding;
  const asked = isAsked ? request.work.snapshotId : '';
  const making = isBegun ? begun.request.snapshotId : undefined;
  const source = record.restore?.snapshotId ?? making ?? asked;
  const old = record.homeId === undefined ? [] : [`home ${record.homeId} is kept and released`];
  const details = [`new home from ${source} in ${record.az}`, ...old];
  const note = isAsked ? askedBy(request) : 'under way';
  return {
    ...finding,
    changes: [change(situation, 'restore', ['requested'], { details, at: 'now', note })],
  };
};

function askedBy({ actor, reason }: LedgerRequest): string {
  return reason === '' ? `asked for by ${actor}` : `asked for by ${actor}: ${reason}`;
}

function end(
  { id, name }: Pick<LedgerRequest, 'id' | 'name'>,
  result: RequestEnding['result'],
  message: string,
): RequestEnding {
  return { requestId: id, name, result, message };
}

/** Makes the new volume, if the snapshot holds this home's data. */
function beginRestore(situation: Situation, request: LedgerRequest | undefined): Finding {
  const { record, observed, standing, spec } = situation;
  const begun = record.step?.action;
  if (begun?.kind === 'restore-home') return { action: begun, final: true };
  if (request?.work.kind !== 'restore-home') return {};
  const { snapshotId } = request.work;
  const refuse = (message: string): Finding => ({ ending: end(request, 'refused', message) });
  if (standing.kind === 'orphaned') return refuse('its file is gone from the specs');
  if (spec.lifecycle === 'retired') return refuse('it is retired');
  if (record.homeId === undefined || record.az === undefined) return refuse('it has no home yet');
  const snapshot = observed.snapshots.get(snapshotId);
  if (snapshot === undefined) {
    if (observed.absent.has(snapshotId)) return refuse(`${snapshotId} does not exist`);
    return unreadFinding(situation, `snapshot ${snapshotId} could not be read`);
  }
  if (!isOfThisHome(situation, snapshot)) {
    return refuse(`${snapshotId} is no snapshot of a home of ${record.name}`);
  }
  if (snapshot.state === 'pending') return { waiting: 'the snapshot to complete', final: true };
  if (snapshot.state !== 'completed') return refuse(`${snapshotId} is in state ${snapshot.state}`);
  const restore = { requestId: request.id, snapshot, az: record.az };
  return { action: restoreHomeAction(situation, restore), final: true };
}

/** By AWS's own word of the volume it was made of, by its tags, or by an operator's. */
function isOfThisHome({ record, fleet }: Situation, { volumeId, tags }: Snapshot): boolean {
  if (volumeId === record.homeId) return true;
  if (tags[tagKeys.fleet] !== fleet.name) return false;
  const owner = tags[tagKeys.owner];
  if (owner !== undefined && owner !== record.owner) return false;
  return tags[tagKeys.uid] === record.uid || tags[tagKeys.adopt] === record.name;
}

/** The new volume is there: it takes the place of the old one, the machine being stopped. */
function finishRestore(situation: Situation, newId: string): Finding {
  const { record, observed, machine, former } = situation;
  const restored = observed.homes.find(({ id }) => id === newId);
  if (restored === undefined) return unseenHome(situation, newId);
  if (restored.state === 'creating') return { waiting: 'the new home to be created' };
  if (restored.state !== 'available') return giveUp(situation, restored);
  if (machine === undefined && former === 'unread') {
    return unreadFinding(situation, 'machines could not be read, so no home is exchanged');
  }
  if (machine?.state === 'running') {
    const { name } = record;
    return { action: { kind: 'stop', name, machineId: machine.id, cause: 'change' } };
  }
  if (machine?.state === 'pending') return { waiting: 'the machine to run' };
  if (machine?.state === 'stopping') return { waiting: 'the machine to stop' };
  return exchange(situation, restored);
}

/** EC2 may not show it yet; later, its absence is believed. */
function unseenHome(situation: Situation, newId: string): Finding {
  const { record, observed, now } = situation;
  if (!observed.absent.has(newId)) {
    return unreadFinding(situation, `home ${newId} could not be read`);
  }
  const since = record.restore?.at;
  return since !== undefined && now < plusMillis(since, visibilityMs)
    ? { waiting: 'the new home to become visible' }
    : giveUp(situation, { id: newId, state: 'deleted' });
}

/** EBS reports a bad key or snapshot only after CreateVolume succeeded. */
function giveUp(situation: Situation, { id, state }: Pick<Home, 'id' | 'state'>): Finding {
  const { record } = situation;
  const requestId = record.restore?.requestId ?? '';
  const message = `the new home ${id} is in state ${state}: the old one stays`;
  return {
    record: forget(record, 'restore'),
    ending: end({ id: requestId, name: record.name }, 'refused', message),
    holds: [hold(situation, 'RestoreRefused', message, 'look at the volume in EC2')],
    waiting: 'the old home to stay in its place',
  };
}

function exchange(situation: Situation, restored: Home): Finding {
  const { record, observed, machine, home } = situation;
  if (machine !== undefined && home !== undefined && holdsHome(machine, home)) {
    return detachHome(situation, { machine, home, since: record.detachingSince });
  }
  // The old one may be another's by now: then there is none to release.
  const isUnread = record.homeId !== undefined && !observed.absent.has(record.homeId);
  if (home === undefined && isUnread) {
    return unreadFinding(situation, `home ${record.homeId} could not be read`);
  }
  if (home !== undefined && home.state !== 'deleted' && home.tags[tagKeys.phase] !== 'released') {
    return { action: setPhaseAction(situation, home.id, 'released') };
  }
  if (restored.tags[tagKeys.phase] !== 'active') {
    return { action: setPhaseAction(situation, restored.id, 'active') };
  }
  const { requestId = '', snapshotId = '' } = record.restore ?? {};
  const old = record.homeId === undefined ? '' : `; ${record.homeId} is kept, released`;
  return {
    record: {
      // Those of the home that it replaces stay with that one.
      ...forget(record, 'restore', 'replacementSnapshots', 'freshSnapshot'),
      homeId: restored.id,
      homeSince: situation.now,
      az: restored.az,
      homeWasReady: true,
    },
    ending: end(
      { id: requestId, name: record.name },
      'done',
      `home ${restored.id} made from ${snapshotId}${old}`,
    ),
    waiting: 'the new home to take its place',
  };
}
