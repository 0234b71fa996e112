import type { Action } from '../action.ts';
import type { Instant } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import type { Situation } from './situation.ts';
import type { Change, Hold, HoldReason, RequestEnding } from './world.ts';

/** What one rule has to say about one DevInstance. */
export interface Finding {
  readonly changes?: readonly Change[];
  readonly holds?: readonly Hold[];
  /** What AWS is still doing. */
  readonly waiting?: string;
  /** The next step, if this rule has one. */
  readonly action?: Action;
  /** Whether the action takes something from a person: an interlock withholds it. */
  readonly disruptive?: boolean;
  /** Whether it makes good what was lost: an interlock of too many unhealthy machines withholds it. */
  readonly recovers?: boolean;
  /** The record with what this finding begins or ends, written before its action. */
  readonly record?: DevInstanceRecord;
  /** A request that is over. */
  readonly ending?: RequestEnding;
  /** The interlock that took its action away. */
  readonly withheldBy?: string;
  readonly wakeAt?: Instant;
  /** It rests on the failed attempt at this kind of action, which must not be forgotten. */
  readonly keepsRetry?: Action['kind'];
  /** True: the later rules have no say. */
  readonly final?: boolean;
}

/** A rule: one concern, cheap first; undefined where it has nothing to say. */
export type Rule = (situation: Situation) => Finding | undefined;

/** A hold on the situation's DevInstance. */
export function hold(
  situation: Situation,
  reason: HoldReason,
  message: string,
  remedy: string,
): Hold {
  return { name: situation.record.name, reason, message, remedy };
}

/** The finding that a part of the account is unknown, and what is not done for that. */
export function unreadFinding(situation: Situation, message: string): Finding {
  return { holds: [hold(situation, 'ReadFailed', message, 'see the failed read')] };
}

/** A change of the situation's DevInstance; `at` is `now` unless the rest says otherwise. */
export function change(
  situation: Situation,
  kind: Change['kind'],
  reasons: readonly string[],
  rest: Omit<Change, 'name' | 'owner' | 'kind' | 'reasons'>,
): Change {
  const { name, owner } = situation.record;
  return { name, owner, kind, reasons, ...rest };
}
