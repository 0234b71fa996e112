import type { DevInstanceRecord } from '../record.ts';

/** Whether no machine was ready with this DevInstance's home yet. */
export function isBeingCreated(record: DevInstanceRecord): boolean {
  return !record.homeWasReady || record.awaitsFirstReady === true;
}
