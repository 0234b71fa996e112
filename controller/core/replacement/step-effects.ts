import type { Action } from '../action.ts';
import type { Instant } from '../instant.ts';
import { forget } from '../plan/memory.ts';
import type { DevInstanceRecord } from '../record.ts';
import { machineSpecOf, specOfHash } from './machine-spec.ts';

/** What a step leaves behind that was done to another machine than the current one; else undefined. */
export function completeBeside(
  settled: DevInstanceRecord,
  action: Action,
  found: { readonly machineId?: string },
  at: Instant,
): DevInstanceRecord | undefined {
  switch (action.kind) {
    case 'launch':
      return action.beside === undefined ? undefined : launchedBeside(settled, found.machineId, at);
    case 'start':
      return isBeside(settled, action.machineId) ? startedBeside(settled, at) : undefined;
    case 'stop':
      return isBeside(settled, action.machineId) ? settled : undefined;
    case 'terminate':
      return isBeside(settled, action.machineId)
        ? endedBeside(action.machineId, settled, at)
        : undefined;
    default:
      return undefined;
  }
}

/** Whether a machine is on its way to take the current one's place, or kept from before. */
function isBeside({ replacement, kept }: DevInstanceRecord, machineId: string): boolean {
  return machineId === replacement?.newId || machineId === kept?.machineId;
}

/** A machine was launched beside the current one, which keeps home and duty until further notice. */
function launchedBeside(
  record: DevInstanceRecord,
  newId: string | undefined,
  at: Instant,
): DevInstanceRecord {
  const { replacement, effective } = record;
  if (replacement === undefined || newId === undefined) return record;
  const spec = specOfHash(effective, record.madeFrom, replacement.target.specHash);
  const made = { newId, launchedAt: at, madeFrom: machineSpecOf(spec ?? effective) };
  return { ...record, replacement: { ...replacement, ...made } };
}

/** The machine beside was started: from now on it is to become ready. */
function startedBeside(record: DevInstanceRecord, at: Instant): DevInstanceRecord {
  const { replacement } = record;
  if (replacement === undefined) return record;
  const launchedAt = replacement.launchedAt ?? at;
  return { ...record, replacement: { ...replacement, launchedAt } };
}

/** A machine beside was terminated: the one on its way, or the one that was kept. */
function endedBeside(machineId: string, record: DevInstanceRecord, at: Instant): DevInstanceRecord {
  const { replacement, kept } = record;
  if (replacement !== undefined && replacement.newId === machineId) {
    return { ...record, replacement: { ...replacement, endedAt: at } };
  }
  return kept?.machineId === machineId ? { ...record, kept: { ...kept, endedAt: at } } : record;
}

/** The home is on its way off a machine: off the old one, nothing turns back any more. */
export function detachedFrom(
  machineId: string,
  record: DevInstanceRecord,
  at: Instant,
): DevInstanceRecord {
  const { replacement } = record;
  const moving = { ...record, detachingSince: at };
  if (replacement?.oldId !== machineId || replacement.back !== undefined) return moving;
  return { ...moving, replacement: { ...replacement, detachedAt: replacement.detachedAt ?? at } };
}

/** A snapshot for a replacement was begun, or another one for the machine that is kept from it. */
export function withReplacementSnapshot(
  record: DevInstanceRecord,
  snapshotId: string,
  snapshotAt: Instant,
): DevInstanceRecord {
  const { replacement, kept, replacementSnapshots = [] } = record;
  if (replacement !== undefined) {
    return { ...record, replacement: { ...replacement, snapshotId, snapshotAt } };
  }
  if (kept === undefined) return record;
  return {
    ...record,
    kept: { ...kept, snapshotId, snapshotAt },
    replacementSnapshots: [...replacementSnapshots, snapshotId],
  };
}

/** A snapshot is gone, or nobody counts on it any more. */
export function withoutSnapshot(record: DevInstanceRecord, snapshotId: string): DevInstanceRecord {
  const left = record.replacementSnapshots?.filter((id) => id !== snapshotId) ?? [];
  return left.length === 0
    ? forget(record, 'replacementSnapshots')
    : { ...record, replacementSnapshots: left };
}
