import type { ChannelRecord } from '../controller/core/record.ts';
import { type Ledger, LedgerConflict, type StoredRecord } from '../controller/ports.ts';

/**
 * A ledger whose records stay as they were written: the ledger in memory turns all of it into text
 * for each read, which at a thousand records is most of what a pass costs. For one controller alone
 * that nobody asks for anything.
 */
export function rememberingLedger(inner: Ledger): Ledger {
  const records = new Map<string, StoredRecord>();
  const channels = new Map<string, ChannelRecord>();
  let marker: ReturnType<Ledger['marker']> | undefined;
  return {
    ...inner,
    marker: () => {
      marker ??= inner.marker();
      return marker;
    },
    records: async () => [...records.values()],
    putRecord: async (record, overVersion) => {
      const version = records.get(record.name)?.version ?? 0;
      if (version !== overVersion) throw new LedgerConflict(`${record.name} is at ${version}`);
      const stored = { record, version: version + 1 };
      records.set(record.name, stored);
      return stored;
    },
    channels: async () => [...channels.values()],
    putChannel: async (channel) => {
      channels.set(channel.name, channel);
    },
    requests: async () => [],
    putRequest: () => Promise.reject(new Error('nobody asks for anything here')),
  };
}
