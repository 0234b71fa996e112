import { plusMillis } from '../instant.ts';
import { isOn, type Machine } from '../observed.ts';
import { type Finding, hold, type Rule } from '../plan/finding.ts';
import { visibilityMs } from '../plan/memory.ts';
import { isOverdue } from '../plan/rules-power.ts';
import { isLeaving, type Situation } from '../plan/situation.ts';
import { snapshotOfHome } from '../plan/snapshot.ts';
import { tagKeys } from '../tags.ts';
import { withoutSnapshot } from './step-effects.ts';
import { holderOf, stopAction, terminateAction } from './steps.ts';

/**
 * A machine that was replaced stays stopped for `rollbackWindow` and then goes, once the snapshot of
 * its home is complete. Whoever starts it by hand finds no home there: it is stopped again.
 */
export const keptRule: Rule = (situation) => {
  const { record, kept, now, standing } = situation;
  if (record.kept === undefined || kept.fate !== 'there') return undefined;
  const { machine } = kept;
  if (machine.state === 'running' && holderOf(situation.home ?? noHome) !== machine.id) {
    return { action: stopAction(situation, machine.id, 'beside') };
  }
  const { until } = record.kept;
  // What may still be needed is kept: a machine that does not come up is gone back from.
  if (now < until || isOverdue(situation)) return { wakeAt: until };
  // A file that is gone ends nothing: it may be a mistake.
  if (standing.kind === 'orphaned') return undefined;
  return goingFinding(situation, machine);
};

const noHome = { attachments: [] } as never;

/** Ends the kept machine now: for the next replacement, or because git gives all of it up. */
export function letGoOfKept(situation: Situation): Finding | undefined {
  const { record, kept } = situation;
  if (record.kept === undefined) return undefined;
  switch (kept.fate) {
    case 'there':
      return goingFinding(situation, kept.machine);
    case 'gone':
    case 'none':
      return undefined;
    default:
      return { waiting: `${record.kept.machineId} to be terminated` };
  }
}

function goingFinding(situation: Situation, machine: Machine): Finding {
  const { record, home } = situation;
  if (isOn(machine.state)) {
    return machine.state === 'running'
      ? { action: stopAction(situation, machine.id, 'beside') }
      : { waiting: `${machine.id} to run` };
  }
  if (machine.state !== 'stopped') return { waiting: `${machine.id} to stop` };
  if (home === undefined) return {};
  const holder = holderOf(home);
  if (holder === machine.id) {
    const message = `home ${home.id} is attached to ${machine.id}, which was replaced`;
    const remedy = `detach it from there, so that it is attached to ${record.machineId}`;
    return { holds: [hold(situation, 'HomeElsewhere', message, remedy)] };
  }
  const snapshot = snapshotOfHome(situation, home, {
    purpose: 'replacement',
    snapshotId: record.kept?.snapshotId,
    madeAt: record.kept?.snapshotAt,
  });
  if (!('completed' in snapshot)) return snapshot;
  return {
    action: terminateAction(situation, {
      machineId: machine.id,
      home,
      holder,
      neverHeldHome: false,
    }),
  };
}

/** Of the snapshots that replacements made the newest are kept, once the last of them is complete. */
export const pruneRule: Rule = (situation) => {
  const { record, spec, observed } = situation;
  const all = record.replacementSnapshots;
  if (all === undefined || all.length <= spec.keepHomeSnapshots) return undefined;
  if (record.kept !== undefined || record.replacement !== undefined) return undefined;
  if (isLeaving(situation)) return undefined;
  const [oldest = '', newest = ''] = [all[0], all.at(-1)];
  // What people deleted, or took the tags off, is no copy that counts, and none to wait for.
  const lost = [oldest, newest].find((id) => isLost(situation, id));
  if (lost !== undefined) return { record: withoutSnapshot(record, lost) };
  const last = observed.snapshots.get(newest)?.state;
  const doomed = last === 'error' ? newest : oldest;
  if (doomed === oldest && last !== 'completed') return undefined;
  if (!observed.snapshots.has(doomed)) return undefined;
  return { action: { kind: 'delete-snapshot', name: record.name, snapshotId: doomed } };
};

/** EC2 may not show one yet that was made of late. */
function isLost(situation: Situation, id: string): boolean {
  const { observed, record, now } = situation;
  const snapshot = observed.snapshots.get(id);
  if (snapshot !== undefined) return !isOurs(situation, snapshot.tags);
  const { freshSnapshot } = record;
  const isFresh =
    freshSnapshot?.snapshotId === id && now < plusMillis(freshSnapshot.at, visibilityMs);
  return observed.absent.has(id) && !isFresh;
}

function isOurs({ fleet, record }: Situation, tags: Readonly<Record<string, string>>): boolean {
  return (
    tags[tagKeys.fleet] === fleet.name &&
    tags[tagKeys.uid] === record.uid &&
    tags[tagKeys.purpose] === 'replacement'
  );
}
