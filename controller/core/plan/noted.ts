import type { Instant } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { forget } from './memory.ts';
import { isMaybeInvisible } from './rules-identity.ts';
import type { Situation } from './situation.ts';
import type { Hold, HoldReason } from './world.ts';

/**
 * Holds that come and go with each attempt or reading: people are told of the refusal or the failed
 * read itself, and a record that followed them would be written in every pass.
 */
const fleeting: ReadonlySet<HoldReason> = new Set(['BackingOff', 'ReadFailed']);

/**
 * The record with what people are told once: since when each hold stands, and which machine was
 * found gone. The same record where nothing of that changed.
 */
export function withNotes(
  situation: Situation,
  record: DevInstanceRecord,
  holds: readonly Hold[],
): DevInstanceRecord {
  const noted = withHolds(record, holds, situation.now);
  const gone = goneMachine(situation);
  return gone === undefined || gone === record.goneMachineId
    ? noted
    : { ...noted, goneMachineId: gone };
}

function withHolds(
  record: DevInstanceRecord,
  holds: readonly Hold[],
  now: Instant,
): DevInstanceRecord {
  const { holds: before } = record;
  // Most machines are settled: for them, nothing is put together.
  if (holds.length === 0) return before === undefined ? record : forget(record, 'holds');
  const reasons = [...new Set(holds.map(({ reason }) => reason))]
    .filter((reason) => !fleeting.has(reason))
    .sort();
  if (reasons.length === 0) return before === undefined ? record : forget(record, 'holds');
  const sinceOf = (reason: string) => before?.find((held) => held.reason === reason)?.since ?? now;
  const isSame =
    before?.length === reasons.length && before.every(({ reason }, i) => reason === reasons[i]);
  if (isSame) return record;
  return { ...record, holds: reasons.map((reason) => ({ reason, since: sinceOf(reason) })) };
}

function goneMachine(situation: Situation): string | undefined {
  const { former, record } = situation;
  if (former === 'none' || former === 'unread') return undefined;
  return isMaybeInvisible(situation) ? undefined : record.machineId;
}
