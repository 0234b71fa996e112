import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { Home, Machine, Observed } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { tagKeys } from '../tags.ts';

/**
 * Ready: running, both EC2 status checks ok, the home attached, and, where hosts have somewhere to
 * report, a report from this machine with the spec hash it was launched with, and of another boot
 * than `formerBootId`: a report outlives the boot that made it.
 */
export function isReady(
  machine: Machine | undefined,
  home: Home | undefined,
  observed: Observed,
  formerBootId?: string,
): boolean {
  if (machine === undefined || home === undefined) return false;
  if (machine.state !== 'running' || machine.checks !== 'ok') return false;
  const isAttached = home.attachments.some(
    (attachment) => attachment.instanceId === machine.id && attachment.state === 'attached',
  );
  if (!isAttached) return false;
  if (observed.reports === undefined) return true;
  const report = observed.reports.get(machine.id);
  return (
    report?.phase === 'ready' &&
    report.bootId !== formerBootId &&
    report.specHash === machine.tags[tagKeys.specHash]
  );
}

/** The moment by which a machine that is on its way should be ready; undefined when none is. */
export function readyDeadline(record: DevInstanceRecord): Instant | undefined {
  const since = record.becomingReadySince;
  return since === undefined
    ? undefined
    : plusMillis(since, record.effective.readyWithinMinutes * minuteMs);
}
