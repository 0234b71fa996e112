import { type Instant, millisBetween } from '../core/instant.ts';
import type { DevInstanceRecord } from '../core/record.ts';
import { type PassPorts, type PassReport, runPass } from '../pass.ts';
import { LedgerConflict } from '../ports.ts';
import type { Lease } from './lease.ts';

/** A refusal is tried again this often before the run ends with it. */
const lastAttempt = 3;
/** An account that cannot be read whole is read this often before the run ends with it. */
const lastReading = 3;
/** Between passes while AWS is busy, and right after something was done. */
const idlePollMs = 2_000;
const busyPollMs = 250;

export interface SettleOptions {
  readonly observeOnly: boolean;
  readonly timeoutMs: number;
  /** Told after each pass, for people who watch. */
  readonly onPass?: (report: PassReport) => void;
}

export interface Settlement {
  readonly end: 'settled' | 'interlock' | 'timed-out' | 'unreadable';
  readonly last: PassReport;
  readonly passes: number;
}

/** Runs passes until there is nothing left to do now and AWS is done, an interlock, or the time-out. */
export async function settle(
  ports: Omit<PassPorts, 'lease'> & { readonly lease: Lease },
  options: SettleOptions,
): Promise<Settlement> {
  const startedAt = ports.clock.now();
  let unread = 0;
  for (let passes = 1; ; passes += 1) {
    const last = await passUnderLease(ports, options.observeOnly);
    options.onPass?.(last);
    if (last.plan.interlocks.length > 0) return { end: 'interlock', last, passes };
    unread = last.failures.length > 0 ? unread + 1 : 0;
    if (unread >= lastReading) return { end: 'unreadable', last, passes };
    if (unread === 0 && isSettled(last)) return { end: 'settled', last, passes };
    if (millisBetween(startedAt, ports.clock.now()) >= options.timeoutMs) {
      return { end: 'timed-out', last, passes };
    }
    await ports.clock.sleep(pauseMs(last, ports.clock.now()));
  }
}

/** One pass under a renewed lease; where another shell wrote in between, it is begun again. */
export async function passUnderLease(
  ports: Omit<PassPorts, 'lease'> & { readonly lease: Lease },
  observeOnly: boolean,
): Promise<PassReport> {
  await ports.lease.renew();
  try {
    return await runPass(ports, observeOnly);
  } catch (error) {
    if (!(error instanceof LedgerConflict)) throw error;
    await ports.lease.renew();
    return await runPass(ports, observeOnly);
  }
}

/** Records whose last attempt failed, or is not known to have ended. */
export function unfinished(report: PassReport): readonly DevInstanceRecord[] {
  return [...report.records.values()].filter(
    (record) => record.retry !== undefined || record.step !== undefined,
  );
}

function isSettled(report: PassReport): boolean {
  const { plan, outcomes, isComplete } = report;
  const isQuiet = isComplete && outcomes.length === 0 && plan.waiting.length === 0;
  const backingOff = new Set(
    plan.holds.filter(({ reason }) => reason === 'BackingOff').map(({ name }) => name),
  );
  // An unknown end must be cleared up; a refusal that is to be tried again is, a few times more.
  const isWorthWaiting = ({ name, step, retry }: DevInstanceRecord) =>
    step !== undefined || (backingOff.has(name) && (retry?.attempts ?? 0) < lastAttempt);
  return isQuiet && !unfinished(report).some(isWorthWaiting);
}

function pauseMs(report: PassReport, now: Instant): number {
  if (report.outcomes.some(({ outcome }) => outcome.result === 'done')) return busyPollMs;
  const retries = unfinished(report)
    .map((record) => record.retry?.notBefore)
    .filter((at) => at !== undefined)
    .map((at) => millisBetween(now, at));
  return Math.max(busyPollMs, Math.min(idlePollMs, ...retries));
}
