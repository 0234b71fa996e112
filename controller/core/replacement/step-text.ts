import type { Instant } from '../instant.ts';
import { holdsHome, type Situation } from '../plan/situation.ts';
import type { Replacement } from '../record.ts';
import { isHandedOver, successorDeadline } from './handover.ts';

/** What the step of a replacement is read from. */
export type ReplacementSituation = Pick<Situation, 'record' | 'spec' | 'home' | 'observed'>;

/** Where a replacement stands, for people; undefined where none is under way. `momentOf` says a moment. */
export function replacementStep(
  situation: ReplacementSituation,
  momentOf: (at: Instant) => string,
): string | undefined {
  const { replacement } = situation.record;
  if (replacement === undefined) return undefined;
  const { back, oldId, readyAt, launchedAt } = replacement;
  if (back !== undefined) return `going back to ${oldId}: ${back.reason}`;
  const newId = replacement.newId ?? 'the new machine';
  if (readyAt !== undefined) return `${newId} is ready and takes the duty`;
  const deadline = successorDeadline(replacement, situation.spec.readyWithinMinutes);
  const until = deadline === undefined ? '' : ` until ${momentOf(deadline)}`;
  if (isHandedOver(situation.record)) {
    return hasArrived(situation, replacement)
      ? `waiting for ${newId} to be ready${until}`
      : `moving home ${situation.record.homeId ?? ''} to ${newId}, which cannot be called off`;
  }
  if (launchedAt === undefined) return preparation(situation, replacement);
  return isUp(situation, replacement)
    ? `about to move home ${situation.record.homeId ?? ''} to ${newId}`
    : `waiting for the status checks of ${newId}${until}`;
}

/** What comes before the other machine is launched, or started where it was kept. */
function preparation({ observed }: ReplacementSituation, replacement: Replacement): string {
  const { oldId, newId, isKept, snapshotId } = replacement;
  const old = observed.machines.find(({ id }) => id === oldId);
  if (old !== undefined && old.state !== 'stopped') return `stopping ${oldId}`;
  if (snapshotId === undefined) return 'snapshotting the home';
  return isKept && newId !== undefined ? `starting ${newId}` : `launching beside ${oldId}`;
}

function hasArrived({ home, observed }: ReplacementSituation, { newId }: Replacement): boolean {
  const machine = observed.machines.find(({ id }) => id === newId);
  return machine !== undefined && home !== undefined && holdsHome(machine, home);
}

function isUp({ observed }: ReplacementSituation, { newId }: Replacement): boolean {
  const machine = observed.machines.find(({ id }) => id === newId);
  return machine?.state === 'running' && machine.checks === 'ok';
}
