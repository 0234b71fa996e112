import { type Finding, hold, type Rule, unreadFinding } from '../plan/finding.ts';
import { retryOf } from '../plan/memory.ts';
import { brokenHome, identityConflict, standingRule } from '../plan/rules-identity.ts';
import { isUnread, type Situation } from '../plan/situation.ts';
import type { DevInstanceRecord, Replacement } from '../record.ts';
import { isUp, machineOf } from './beside.ts';
import { replaceChange } from './change.ts';
import { changeOfMind, type GivenUp } from './change-of-mind.ts';
import { stepForward } from './forward.ts';
import { stepBack } from './going-back.ts';
import { isHandedOver, successorDeadline } from './handover.ts';
import { denialFrom } from './rollback-offer.ts';
import { holderOf } from './steps.ts';

/**
 * A replacement under way is carried on before anything else: to its end, or back. The later rules
 * have their say only once the old machine has home and duty again.
 */
export const replacingRule: Rule = (situation) => {
  const { replacement } = situation.record;
  if (replacement === undefined) return undefined;
  const finding = carryOn(situation, replacement);
  const deadline = successorDeadline(replacement, situation.spec.readyWithinMinutes);
  return {
    ...finding,
    holds: [...(standingRule(situation)?.holds ?? []), ...(finding.holds ?? [])],
    changes: [replaceChange(situation, replacement, { at: 'now', note: noteOf(finding) })],
    ...(deadline === undefined ? {} : { wakeAt: deadline }),
  };
};

function noteOf({ action, waiting, record }: Finding): string {
  const back = record?.replacement?.back;
  if (back !== undefined) return `given up: ${back.reason}`;
  if (waiting !== undefined) return `under way: waiting for ${waiting}`;
  return action === undefined ? 'under way' : 'under way: next step due';
}

function carryOn(situation: Situation, replacement: Replacement): Finding {
  const { home } = situation;
  const trouble = troubleOf(situation);
  if (trouble !== undefined || home === undefined) return { ...trouble, final: true };
  if (replacement.back !== undefined) return stepBack(situation, replacement, home);
  const givenUp = isHandedOver(situation.record)
    ? failureAfterMove(situation, replacement)
    : changeOfMind(situation, replacement);
  if (givenUp === undefined) {
    return { ...stepForward(situation, replacement, home), final: true };
  }
  const record = givingUp(situation, replacement, givenUp);
  const back = record.replacement ?? replacement;
  return { ...stepBack({ ...situation, record }, back, home), record };
}

/** After the home has left, only the deadline or the loss of the new machine turns it back. */
function failureAfterMove(situation: Situation, replacement: Replacement): GivenUp | undefined {
  const { successor, now, spec, machine, home, record } = situation;
  if (machine === undefined) return undefined;
  if (successor.fate === 'gone') {
    return { reason: `${replacement.newId} is gone`, failure: 'unready' };
  }
  if (replacement.readyAt !== undefined) return undefined;
  const deadline = successorDeadline(replacement, spec.readyWithinMinutes);
  if (deadline === undefined || now < deadline) return undefined;
  // However long nobody looked: a machine that is up is judged once it has had the home for a while.
  const isWaitedFor = isUp(machineOf(successor)) && home?.state === 'available';
  if (isWaitedFor && retryOf(record, 'attach-home') === undefined) return undefined;
  const reason = `${replacement.newId} was not ready with the home by ${deadline}`;
  return { reason, failure: 'unready' };
}

function givingUp(
  situation: Situation,
  replacement: Replacement,
  { reason, failure }: GivenUp,
): DevInstanceRecord {
  const { record, now } = situation;
  const back = { since: now, reason, ...(failure === undefined ? {} : { failure }) };
  const left = { ...record, replacement: { ...replacement, back } };
  const asked = situation.neighbours.requestOf(record.name);
  if (asked?.work.kind !== 'rollback' || asked.id === replacement.requestId) return left;
  // Who rolls back what is under way wants none of what it leads to.
  const message = `home and duty stay with ${replacement.oldId}`;
  return {
    ...left,
    denial: denialFrom(situation, asked.actor, now),
    answered: { requestId: asked.id, result: 'done', message },
  };
}

/** What forbids to touch anything: an incomplete reading, tags that are not ours, a home in trouble. */
function troubleOf(situation: Situation): Finding | undefined {
  const { observed, machine, home, successor, record, homeFate } = situation;
  if (isUnread(observed, 'machines') || isUnread(observed, 'homes')) {
    return unreadFinding(situation, 'the account could not be read whole, so nothing is moved');
  }
  const conflict = identityConflict(situation, [machine, machineOf(successor)]);
  if (conflict !== undefined) return conflict;
  if (home === undefined || homeFate !== 'found') return brokenHome(situation);
  const broken = brokenHome(situation);
  if (broken !== undefined) return broken;
  const holder = holderOf(home);
  const isOurs =
    holder === undefined ||
    holder === record.replacement?.oldId ||
    holder === record.replacement?.newId;
  if (isOurs) return undefined;
  const message = `home ${home.id} is attached to ${holder}`;
  const remedy = `stop ${holder} and detach the volume`;
  return { holds: [hold(situation, 'HomeElsewhere', message, remedy)] };
}
