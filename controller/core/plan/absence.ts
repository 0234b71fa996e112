import { hourMs, plusMillis } from '../instant.ts';
import { type Finding, hold } from './finding.ts';
import { visibilityMs } from './memory.ts';
import type { Situation } from './situation.ts';

/**
 * How long EC2 shows an instance after its end (EC2 user guide, terminating instances): what was on
 * more recently than that and is denied altogether cannot have been terminated.
 */
const terminatedShownMs = hourMs;

/** Whether a machine that the ledger names and nothing shows may be there all the same. */
export function isMaybeThere({ former, record, now }: Situation): boolean {
  const since = record.power?.at;
  return former === 'absent' && since !== undefined && now < plusMillis(since, terminatedShownMs);
}

/** Whether it was on so lately that EC2 need not show it yet. */
export function isMaybeInvisible({ former, record, now }: Situation): boolean {
  const since = record.power?.at;
  return former === 'absent' && since !== undefined && now < plusMillis(since, visibilityMs);
}

/** What to wait for, or to hold, while such a machine may be there. */
export function absenceDoubt(situation: Situation): Finding | undefined {
  if (!isMaybeThere(situation)) return undefined;
  if (isMaybeInvisible(situation)) return { waiting: 'the machine to become visible' };
  const { record, now } = situation;
  const since = record.power?.at ?? now;
  const until = plusMillis(since, terminatedShownMs);
  const message = `EC2 does not know ${record.machineId}, which was on at ${since}: a terminated machine would show for an hour`;
  const remedy = `look for it in EC2; it is taken for gone at ${until}`;
  return { holds: [hold(situation, 'MachineMissing', message, remedy)], wakeAt: until };
}
