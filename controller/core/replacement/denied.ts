import { change, type Finding, hold } from '../plan/finding.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import { specHash } from '../spec-hash.ts';
import { driftsTo } from './change.ts';
import { pinned, targetRevision } from './revision.ts';

/** What git or the channel asks for and a person rolled back from is shown, and not done. */
export function deniedFinding(situation: Situation): Finding | undefined {
  const { record, spec, standing } = situation;
  const { denial, name, replacement } = record;
  if (denial === undefined || replacement !== undefined || spec.lifecycle !== 'active') {
    return undefined;
  }
  if (standing.kind === 'orphaned' || isSuspended(situation)) return undefined;
  const named = targetRevision(situation);
  const image = 'reading' in named ? pinned(named) : undefined;
  const drifts = driftsTo(situation, { image, specHash: specHash(spec) });
  if (drifts.length === 0) return undefined;
  const details = drifts.map(({ detail }) => detail);
  const reasons = drifts.map(({ reason }) => reason);
  const message = `${denial.actor} rolled it back from this: ${details.join('; ')}`;
  const remedy = `a newer image or another change in git ends that; devinstance describe ${name} shows more`;
  return {
    changes: [change(situation, 'replace', reasons, { details, withheldBy: 'RolledBack' })],
    holds: [hold(situation, 'RolledBack', message, remedy)],
  };
}
