import type { FleetEvent } from '../event.ts';
import type { DevInstanceRecord, KeptMachine, Replacement } from '../record.ts';

/** What happened to a replacement, in the words of an event. */
export interface ReplacementNews {
  readonly type: FleetEvent['type'];
  readonly reason: string;
  readonly message: string;
}

/** What people are told of a replacement between two states of a record; its steps tell of themselves. */
export function replacementNews(
  before: DevInstanceRecord,
  after: DevInstanceRecord,
): readonly ReplacementNews[] {
  const { replacement: was } = before;
  const { replacement: is } = after;
  if (was === is) return [];
  const news: ReplacementNews[] = [];
  if (was === undefined && is !== undefined) news.push(begun(is));
  if (was?.back === undefined && is?.back !== undefined) news.push(givenUp(is, is.back.reason));
  if (was?.readyAt === undefined && is?.readyAt !== undefined) news.push(ready(is));
  if (was !== undefined && is === undefined) news.push(ended(was, after));
  return news;
}

function begun({ oldId, target, reasons, requestId, newId }: Replacement): ReplacementNews {
  if (requestId !== undefined) {
    const goal = newId ?? `a machine of ${target.image.imageId}`;
    const message = `home and duty go back from ${oldId} to ${goal}`;
    return { type: 'Normal', reason: 'RollbackBegan', message };
  }
  const message = `${oldId} is replaced by a machine of ${target.image.imageId} (${reasons.join(', ')})`;
  return { type: 'Normal', reason: 'ReplacementBegan', message };
}

function givenUp({ oldId, back }: Replacement, why: string): ReplacementNews {
  const message = `given up, as ${why}: home and duty are with ${oldId} again`;
  const type = back?.failure === undefined ? 'Normal' : 'Warning';
  return { type, reason: 'ReplacementGivenUp', message };
}

function ready({ newId }: Replacement): ReplacementNews {
  return { type: 'Normal', reason: 'ReplacementReady', message: `${newId} is ready with the home` };
}

function ended(
  { oldId, newId }: Replacement,
  { machineId, kept }: DevInstanceRecord,
): ReplacementNews {
  if (machineId !== newId) {
    const message = `${oldId} has home and duty; what was begun is cleared away`;
    return { type: 'Normal', reason: 'ReplacementEnded', message };
  }
  const message = `${newId} has home and duty${keptText(kept)}`;
  return { type: 'Normal', reason: 'MachineReplaced', message };
}

function keptText(kept: KeptMachine | undefined): string {
  return kept === undefined ? '' : `; ${kept.machineId} is kept stopped until ${kept.until}`;
}
