import type { DevInstanceRecord } from '../record.ts';
import { isMaybeInvisible } from './absence.ts';
import { isBeingCreated } from './creating.ts';
import type { Situation } from './situation.ts';

/** Whether a machine that should be on is not there at all, and nothing brings it back yet. */
export function isLost(situation: Situation): boolean {
  const { machine, former, record, standing, spec, duty } = situation;
  if (machine !== undefined || (former !== 'terminated' && former !== 'absent')) return false;
  if (isMaybeInvisible(situation)) return false;
  if (standing.kind === 'orphaned' || spec.lifecycle !== 'active') return false;
  return duty.state === 'running' && !isBeingCreated(record) && isUntouched(record);
}

/** Whether no step of ours may explain that it is not there. */
function isUntouched({ step, replacement }: DevInstanceRecord): boolean {
  return step === undefined && replacement === undefined;
}
