import { type Instant, millisBetween } from '../core/instant.ts';
import { concernsMachines } from '../core/observed.ts';
import type { DevInstanceRecord, Retry } from '../core/record.ts';
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

/** Runs passes until there is nothing left to do now and AWS is done, an interlock in a complete reading, or the time-out. */
export async function settle(
  ports: Omit<PassPorts, 'lease'> & { readonly lease: Lease },
  options: SettleOptions,
): Promise<Settlement> {
  const startedAt = ports.clock.now();
  let unread = 0;
  for (let passes = 1; ; passes += 1) {
    const last = await passUnderLease(ports, options.observeOnly);
    options.onPass?.(last);
    unread = last.failures.some(concernsMachines) ? unread + 1 : 0;
    if (unread === 0 && last.plan.interlocks.length > 0) return { end: 'interlock', last, passes };
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
    (record) => record.step !== undefined || failures(record).length > 0,
  );
}

/** What failed last, without a launch that came through: its failures count until it runs. */
function failures({ retries = [], becomingReadySince }: DevInstanceRecord): readonly Retry[] {
  return retries.filter(
    ({ actionKind }) => actionKind !== 'launch' || becomingReadySince === undefined,
  );
}

function isSettled(report: PassReport): boolean {
  const { plan, outcomes, isComplete } = report;
  const isStill = outcomes.length === 0 && plan.waiting.length === 0;
  // What was noted of one, such as a retirement or request that is over, may let another go on.
  const isNoted = plan.memos.length + plan.endings.length + plan.channelActions.length > 0;
  const isQuiet = isComplete && isStill && !isNoted;
  // What backs off is tried again; nothing else that failed or was interrupted is.
  const backingOff = new Set(
    plan.holds.filter(({ reason }) => reason === 'BackingOff').map(({ name }) => name),
  );
  return (
    isQuiet &&
    !unfinished(report).some((record) => backingOff.has(record.name) && isWorthWaiting(record))
  );
}

/** An unknown end must be cleared up; a refusal is tried a few times more. */
function isWorthWaiting(record: DevInstanceRecord): boolean {
  return (
    record.step !== undefined || failures(record).some(({ attempts }) => attempts < lastAttempt)
  );
}

function pauseMs(report: PassReport, now: Instant): number {
  if (report.outcomes.some(({ outcome }) => outcome.result === 'done')) return busyPollMs;
  const retries = unfinished(report)
    .flatMap((record) => record.retries ?? [])
    .map(({ notBefore }) => millisBetween(now, notBefore));
  return Math.max(busyPollMs, Math.min(idlePollMs, ...retries));
}
