import type { Instant } from '../instant.ts';
import { isOverdue } from '../plan/rules-power.ts';
import type { Situation } from '../plan/situation.ts';
import type { MemberNote, Rollout } from './rollout.ts';

/** The members that failed with the revision and were not known to: each as it is first seen. */
export function newFailures(
  { revision, since, failures, waves, current }: Rollout,
  machines: ReadonlyMap<string, Situation>,
  now: Instant,
): readonly MemberNote[] {
  const known = new Set(failures.map(({ name }) => name));
  const reached = waves.slice(0, current + 1).flatMap(({ members }) => members);
  return reached.flatMap((name) => {
    const situation = machines.get(name);
    if (situation === undefined || known.has(name)) return [];
    const reason = failureOf(situation, revision.imageId, since);
    return reason === undefined ? [] : [{ name, at: now, reason }];
  });
}

/** Why a machine counts as failed with an image: it did not come up, is not well, or was taken back. */
function failureOf(situation: Situation, imageId: string, since: Instant): string | undefined {
  const { record, machine, spec } = situation;
  const { setback, denial, replacement } = record;
  const back = replacement?.target.image.imageId === imageId ? replacement.back : undefined;
  if (back?.failure === 'unready') return back.reason;
  const isSetBack = setback?.cause === 'unready' && setback.at >= since;
  if (isSetBack && setback.target.image.imageId === imageId) return setback.reason;
  if (denial?.image?.imageId === imageId && denial.at >= since) {
    return `${denial.actor} rolled it back`;
  }
  const hasIt = replacement === undefined && machine?.imageId === imageId;
  if (!hasIt || !isOverdue(situation)) return undefined;
  const checks = machine.checks === 'ok' ? '' : `: status checks ${machine.checks}`;
  return `${machine.id} is not ready for ${spec.readyWithinMinutes} min${checks}`;
}
