import { hourMs, type Instant, plusMillis } from '../instant.ts';
import type { Home, Snapshot } from '../observed.ts';
import { type Finding, hold, unreadFinding } from './finding.ts';
import { type SnapshotReason, snapshotHomeAction } from './launch.ts';
import { visibilityMs } from './memory.ts';
import type { Situation } from './situation.ts';

/** A snapshot of the home that a retirement or a request needs, as far as it has come. */
export interface WantedSnapshot extends SnapshotReason {
  readonly snapshotId: string | undefined;
  readonly madeAt: Instant | undefined;
}

/** A first snapshot copies every block of a home: for longer than this a person should look. */
const snapshotDeadlineMs = 6 * hourMs;

function pending(situation: Situation, { id, startedAt }: Snapshot): Finding {
  if (situation.now < plusMillis(startedAt, snapshotDeadlineMs)) {
    return { waiting: 'the snapshot of the home to complete' };
  }
  const message = `snapshot ${id} has been pending since ${startedAt}`;
  const remedy = 'look at its progress in EC2; nothing else is done until it is complete';
  return { holds: [hold(situation, 'StuckSnapshot', message, remedy)] };
}

/** The completed snapshot, or the next step towards it. */
export function snapshotOfHome(
  situation: Situation,
  home: Home,
  wanted: WantedSnapshot,
): { readonly completed: Snapshot } | Finding {
  const { record, observed, now } = situation;
  const { purpose, requestId, snapshotId, madeAt } = wanted;
  const begun = record.step?.action;
  if (begun?.kind === 'snapshot-home' && isForThis(begun, wanted)) return { action: begun };
  const fresh = () => ({ action: snapshotHomeAction(situation, home.id, { purpose, requestId }) });
  if (snapshotId === undefined) return fresh();
  const snapshot = observed.snapshots.get(snapshotId);
  if (snapshot?.state === 'completed') return { completed: snapshot };
  if (snapshot?.state === 'pending') return pending(situation, snapshot);
  if (snapshot === undefined && !observed.absent.has(snapshotId)) {
    return unreadFinding(situation, `snapshot ${snapshotId} could not be read`);
  }
  if (snapshot === undefined && madeAt !== undefined && now < plusMillis(madeAt, visibilityMs)) {
    return { waiting: 'the snapshot of the home to become visible' };
  }
  if (snapshot?.state === 'unknown') {
    const message = `snapshot ${snapshotId} is in a state this version does not know`;
    return { holds: [hold(situation, 'UnknownState', message, 'look at it in EC2')] };
  }
  const message = `snapshot ${snapshotId} ${snapshot === undefined ? 'is gone' : 'failed'}`;
  const remedy = 'another one is made; if it fails again, look at it in EC2';
  return { ...fresh(), holds: [hold(situation, 'SnapshotFailed', message, remedy)] };
}

function isForThis(begun: SnapshotReason, { purpose, requestId }: SnapshotReason): boolean {
  return begun.purpose === purpose && begun.requestId === requestId;
}
