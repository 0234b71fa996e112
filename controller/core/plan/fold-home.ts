import { isOn } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { tagKeys } from '../tags.ts';
import { afterFailure, forget } from './memory.ts';
import type { Neighbours } from './neighbours.ts';
import type { ResourceIndex, Situation } from './situation.ts';

/** Takes note of a home that AWS's tags and the ledger both give to another DevInstance. */
export function foldLostHome(
  record: DevInstanceRecord,
  index: ResourceIndex,
  neighbours: Neighbours,
): DevInstanceRecord {
  const home = record.homeId === undefined ? undefined : index.homesById.get(record.homeId);
  const uid = home?.tags[tagKeys.uid];
  if (home === undefined || uid === undefined || uid === record.uid) return record;
  const holder = neighbours.holderOf(home)?.record;
  if (holder?.uid !== uid) return record;
  return {
    ...forget(record, 'homeId', 'homeSince', 'az'),
    formerHome: { homeId: home.id, takenBy: holder.name },
  };
}

/** Forgets what was made for requests that are over, and counts a snapshot that failed. */
export function foldRequests(
  stored: DevInstanceRecord,
  neighbours: Neighbours,
  { observed, now }: Pick<Situation, 'observed' | 'now'>,
): DevInstanceRecord {
  const record = foldFailedSnapshot(stored, observed, now);
  const { requestedSnapshot: made, step } = record;
  const isOver = (requestId: string | undefined) =>
    requestId !== undefined && !neighbours.isOpen(requestId);
  const kept = isOver(made?.requestId) ? forget(record, 'requestedSnapshot') : record;
  // A snapshot that nobody waits for any more needs no second call.
  const isIdle = step?.action.kind === 'snapshot-home' && isOver(step.action.requestId);
  return isIdle ? forget(kept, 'step') : kept;
}

function foldFailedSnapshot(
  record: DevInstanceRecord,
  observed: Situation['observed'],
  now: Situation['now'],
): DevInstanceRecord {
  const snapshotId = record.requestedSnapshot?.snapshotId;
  const hasFailed =
    snapshotId !== undefined && observed.snapshots.get(snapshotId)?.state === 'error';
  return hasFailed
    ? afterFailure(forget(record, 'requestedSnapshot'), 'snapshot-home', failed(snapshotId), now)
    : record;
}

function failed(snapshotId: string) {
  return { code: 'SnapshotError', message: `${snapshotId} failed`, capacity: false };
}

/** Brings a retirement and a detach up to date with what git says and what is observed. */
export function foldRetirement(
  record: DevInstanceRecord,
  seen: Pick<Situation, 'spec' | 'standing' | 'machine' | 'former' | 'home' | 'observed' | 'now'>,
): DevInstanceRecord {
  const detached = foldDetaching(record, seen);
  const { retirement } = detached;
  if (retirement === undefined) return detached;
  const { spec, standing, machine } = seen;
  if (standing.kind === 'wanted' && spec.lifecycle !== 'retired') {
    const begun = detached.step?.action;
    // Nobody waits any more for the snapshot of a retirement.
    const isIdle = begun?.kind === 'snapshot-home' && begun.purpose === 'retirement';
    return forget(isIdle ? forget(detached, 'step') : detached, 'retirement');
  }
  const { snapshotId, snapshotAt: _, isComplete, ...begun } = retirement;
  // What was written since is not in the snapshot.
  if (isOn(machine?.state) && snapshotId !== undefined) return { ...detached, retirement: begun };
  if (machine !== undefined && isComplete) return { ...detached, retirement: begun };
  const state =
    snapshotId === undefined ? undefined : seen.observed.snapshots.get(snapshotId)?.state;
  if (state === 'error') {
    const without = { ...detached, retirement: begun };
    return afterFailure(without, 'snapshot-home', failed(snapshotId ?? ''), seen.now);
  }
  return isComplete || !isReleased(detached, seen)
    ? detached
    : { ...detached, retirement: { ...retirement, isComplete: true } };
}

function isReleased(
  { homeId, step, kept }: DevInstanceRecord,
  { machine, former, home }: Pick<Situation, 'machine' | 'former' | 'home'>,
): boolean {
  if (machine !== undefined || former === 'unread' || step !== undefined) return false;
  if (kept !== undefined) return false;
  return homeId === undefined || home?.tags[tagKeys.phase] === 'released';
}

function foldDetaching(
  record: DevInstanceRecord,
  { home, spec, observed }: Pick<Situation, 'home' | 'spec' | 'observed'>,
): DevInstanceRecord {
  if (record.detachingSince === undefined) return record;
  const { from } = spec.homeVolume;
  const taken = from !== undefined && 'volumeId' in from ? from.volumeId : undefined;
  const leaving = home ?? observed.homes.find(({ id }) => id === taken);
  const isLeaving = leaving?.attachments.some(({ state }) => state !== 'detached') === true;
  return isLeaving ? record : forget(record, 'detachingSince');
}
