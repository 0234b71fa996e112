import type { Instant } from '../instant.ts';
import { concernsMachines } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { isMaybeThere } from './absence.ts';
import { forget } from './memory.ts';
import type { Situation } from './situation.ts';
import type { Hold, HoldReason } from './world.ts';

/**
 * Holds that come and go with each attempt or reading: people are told of the refusal or the failed
 * read itself, and a record that followed them would be written in every pass.
 */
const fleeting: ReadonlySet<HoldReason> = new Set(['BackingOff', 'ReadFailed']);

/**
 * The record with what people are told once: since when each hold stands, and which machine was
 * found gone. A hold that is not among these is over only if `isWhole`: every rule had its say on an
 * account that was read whole. The same record where nothing of that changed.
 */
export function withNotes(
  situation: Situation,
  record: DevInstanceRecord,
  holds: readonly Hold[],
  isWhole: boolean,
): DevInstanceRecord {
  const isCertain = isWhole && !situation.observed.failures.some(concernsMachines);
  const noted = withHolds(record, reasonsOf(record, holds, isCertain), situation.now);
  const gone = goneMachine(situation);
  return gone === undefined || gone === record.goneMachineId
    ? noted
    : { ...noted, goneMachineId: gone };
}

const none: readonly never[] = [];

/** The reasons to be noted, sorted. Most machines are settled: for them nothing is put together. */
function reasonsOf(
  { holds: before = none }: DevInstanceRecord,
  holds: readonly Hold[],
  isCertain: boolean,
): readonly string[] {
  if (holds.length === 0 && (isCertain || before.length === 0)) return none;
  const now = holds.map(({ reason }) => reason).filter((reason) => !fleeting.has(reason));
  const kept = isCertain ? none : before.map(({ reason }) => reason);
  return [...new Set([...now, ...kept])].sort();
}

function withHolds(
  record: DevInstanceRecord,
  reasons: readonly string[],
  now: Instant,
): DevInstanceRecord {
  const { holds: before } = record;
  if (reasons.length === 0) return before === undefined ? record : forget(record, 'holds');
  const isSame =
    before?.length === reasons.length && before.every(({ reason }, i) => reason === reasons[i]);
  if (isSame) return record;
  const sinceOf = (reason: string) => before?.find((held) => held.reason === reason)?.since ?? now;
  return { ...record, holds: reasons.map((reason) => ({ reason, since: sinceOf(reason) })) };
}

function goneMachine(situation: Situation): string | undefined {
  const { former, record } = situation;
  if (former === 'none' || former === 'unread') return undefined;
  return isMaybeThere(situation) ? undefined : record.machineId;
}
