import type { DevInstanceRecord } from './core/record.ts';
import type { Ledger, StoredRecord } from './ports.ts';

/** Ledger writes under way at once. */
const writesAtOnce = 10;

/** Where records are written, and the epoch that they are written under. */
export interface RecordWriter {
  readonly ledger: Pick<Ledger, 'putRecord'>;
  readonly lease: { readonly epoch: number };
}

/** Writes records over their stored versions, and the new versions into `stored`. */
export async function writeAll(
  writer: RecordWriter,
  stored: Map<string, StoredRecord>,
  records: readonly DevInstanceRecord[],
): Promise<void> {
  const changed = records.filter((record) => stored.get(record.name)?.record !== record);
  for (let start = 0; start < changed.length; start += writesAtOnce) {
    const chunk = changed.slice(start, start + writesAtOnce);
    const writes = chunk.map((record) => write(writer, stored, record));
    // Whoever goes on after a conflict must not meet writes that are still under way.
    await Promise.allSettled(writes);
    await Promise.all(writes);
  }
}

async function write(
  { ledger, lease }: RecordWriter,
  stored: Map<string, StoredRecord>,
  record: DevInstanceRecord,
): Promise<void> {
  const over = stored.get(record.name)?.version ?? 0;
  stored.set(record.name, await ledger.putRecord(record, over, lease.epoch));
}

/** The record of a DevInstance that has one. */
export function recordOf(
  stored: ReadonlyMap<string, StoredRecord>,
  { name }: { readonly name: string },
): DevInstanceRecord {
  const item = stored.get(name);
  if (item === undefined) throw new Error(`no record for ${name}`);
  return item.record;
}
