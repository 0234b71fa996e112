import type { Machine } from '../observed.ts';
import { type Finding, type Rule, unreadFinding } from '../plan/finding.ts';
import { isUnread, type Situation } from '../plan/situation.ts';
import type { MachineTarget, Replacement } from '../record.ts';
import type { LedgerRequest } from '../request.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { begun } from './begin.ts';
import { machineOf } from './beside.ts';
import { replaceChange } from './change.ts';
import { stepForward } from './forward.ts';
import { asSuccessor } from './pending.ts';
import { imageOf } from './revision.ts';
import { denialFrom, type RollbackOffer, rollbackOffer } from './rollback-offer.ts';

/** Says what came of a request that was carried out by a replacement, or cannot be. */
export const answerRule: Rule = ({ record, neighbours }) => {
  const { answered, name } = record;
  if (answered === undefined || !neighbours.isOpen(answered.requestId)) return undefined;
  return { ending: { name, ...answered } };
};

/**
 * Takes a DevInstance back, at once and whatever its schedule says: a person asked. What it is taken
 * back from is not made again for it.
 */
export const rollbackRule: Rule = (situation) => {
  const { record, neighbours, home } = situation;
  const request = neighbours.requestOf(record.name);
  if (request?.work.kind !== 'rollback' || record.answered?.requestId === request.id) {
    return undefined;
  }
  if (record.replacement !== undefined) return { waiting: 'the replacement under way to end' };
  if (isUnread(situation.observed, 'machines') || isUnread(situation.observed, 'homes')) {
    return unreadFinding(
      situation,
      'the account could not be read whole, so nothing is taken back',
    );
  }
  const offer = rollbackOffer(situation);
  if ('refused' in offer) {
    const message = `${offer.refused}: ${offer.remedy}`;
    const { id: requestId, name } = request;
    return { ending: { requestId, name, result: 'refused', message } };
  }
  if (home?.modifying !== undefined) return { waiting: 'the home to be modified', final: true };
  return takeBack(situation, request, offer);
};

function takeBack(
  situation: Situation,
  request: LedgerRequest,
  offer: Exclude<RollbackOffer, { refused: string }>,
): Finding {
  const { machine, home, now } = situation;
  const goal = goalOf(situation, offer);
  if (machine === undefined || home === undefined || goal === undefined) {
    return { waiting: 'the machine that was kept to be seen' };
  }
  const { target, extra } = goal;
  const reasons = ['rollback'];
  const left = begun(situation, { machine, target, reasons }, { requestId: request.id, ...extra });
  const { replacement } = left;
  if (replacement === undefined) return {};
  const noted = { ...left, denial: denialFrom(situation, request.actor, now) };
  const said = request.reason === '' ? '' : `: ${request.reason}`;
  const note = `asked for by ${request.actor}${said}`;
  return {
    ...stepForward({ ...situation, record: noted }, replacement, home),
    record: noted,
    changes: [replaceChange(situation, replacement, { at: 'now', note })],
    final: true,
  };
}

/** What the machine is to be that home and duty go to. */
function goalOf(
  situation: Situation,
  offer: Exclude<RollbackOffer, { refused: string }>,
): { readonly target: MachineTarget; readonly extra: Partial<Replacement> } | undefined {
  const { record, spec, kept } = situation;
  if (offer.to === 'image') {
    return { target: { image: offer.image, specHash: specHash(spec) }, extra: {} };
  }
  const old = machineOf(kept);
  if (offer.to !== 'kept' || record.kept === undefined || old === undefined) return undefined;
  return {
    target: { image: imageOfKept(situation, old), specHash: hashOf(situation, old) },
    extra: asSuccessor(record.kept),
  };
}

function imageOfKept({ record }: Situation, old: Machine) {
  return record.kept?.image ?? imageOf(record, old);
}

function hashOf({ record, spec }: Situation, old: Machine): string {
  return record.kept?.specHash ?? old.tags[tagKeys.specHash] ?? specHash(spec);
}
