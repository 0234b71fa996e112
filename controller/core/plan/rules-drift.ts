import { findDrift } from '../drift.ts';
import { change, hold, type Rule } from './finding.ts';

/** What needs a new machine is seen and said, and held: this version replaces no machine. */
export const driftRule: Rule = (situation) => {
  const { machine, spec, image, standing } = situation;
  if (machine === undefined || standing.kind === 'orphaned') return undefined;
  const drifts = findDrift(spec, machine, image);
  if (drifts.length === 0) return undefined;
  const isImageOnly = drifts.every((drift) => drift.reason === 'ami_superseded');
  const reason = isImageOnly ? 'ImageBehind' : 'ReplacementNeeded';
  const message = drifts.map((drift) => drift.detail).join('; ');
  return {
    changes: [
      change(
        situation,
        'replace',
        drifts.map((drift) => drift.reason),
        { details: drifts.map((drift) => drift.detail), withheldBy: reason },
      ),
    ],
    holds: [
      hold(
        situation,
        reason,
        message,
        'it takes a new machine, and this version replaces none: the machine stays as it is',
      ),
    ],
  };
};
