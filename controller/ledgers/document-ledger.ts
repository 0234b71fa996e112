import { describeMarker, isSameMarker } from '../core/marker.ts';
import type { Marker } from '../core/record.ts';
import { type Ledger, OperatorError } from '../ports.ts';
import {
  createDocument,
  type LedgerDocument,
  listChannels,
  listRecords,
  replaceChannel,
  replaceLease,
  replaceRecord,
} from './document.ts';
import { addEvents, addRequest, endRequest, listEvents } from './document-history.ts';

/** Where a ledger document is kept. */
export interface DocumentStore {
  readonly description: string;
  /** Throws OperatorError where there is no store or it cannot be read. */
  load(): Promise<LedgerDocument>;
  /**
   * Loads, edits and saves as if nobody else did so at the same time. `edit` gets undefined where
   * there is no store; what it throws leaves the store as it was, and so does the same document.
   * May run `edit` several times.
   */
  change(edit: (document: LedgerDocument | undefined) => LedgerDocument): Promise<LedgerDocument>;
  /** The error that says there is no store, and how to get one. */
  missing(): OperatorError;
}

/** A ledger kept as one document. What is written is copied: the caller may go on with its own. */
export function documentLedger(store: DocumentStore): Ledger {
  const change = (edit: (document: LedgerDocument) => LedgerDocument) =>
    store.change((document) => {
      if (document === undefined) throw store.missing();
      return edit(document);
    });
  return {
    description: store.description,
    init: (marker) => writeMarker(store, marker),
    marker: async () => (await store.load()).marker,
    records: async () => listRecords(await store.load()),
    putRecord: async (record, overVersion, epoch) => {
      const copy = structuredClone(record);
      await change((document) => replaceRecord(document, copy, overVersion, epoch));
      return { record, version: overVersion + 1 };
    },
    channels: async () => listChannels(await store.load()),
    putChannel: async (channel, epoch) => {
      const copy = structuredClone(channel);
      await change((document) => replaceChannel(document, copy, epoch));
    },
    lease: async () => (await store.load()).lease,
    putLease: async (lease, overNonce) => {
      const after = await change((document) => replaceLease(document, { ...lease }, overNonce));
      return after.lease?.nonce === lease.nonce;
    },
    requests: async () => (await store.load()).requests ?? [],
    putRequest: async (request) => {
      const copy = structuredClone(request);
      await change((document) => addRequest(document, copy));
    },
    endRequest: async (id, ended) => {
      let did = false;
      await change((document) => {
        const after = endRequest(document, id, ended);
        did = after !== document;
        return after;
      });
      return did;
    },
    putEvents: async (events) => {
      const copies = structuredClone(events);
      await change((document) => addEvents(document, copies));
    },
    events: async (name) => listEvents(await store.load(), name),
    close: async () => {},
  };
}

async function writeMarker(
  store: DocumentStore,
  marker: Marker,
): Promise<'created' | 'already-there'> {
  let outcome: 'created' | 'already-there' = 'created';
  await store.change((document) => {
    outcome = document?.marker === undefined ? 'created' : 'already-there';
    if (document === undefined) return createDocument(marker);
    if (document.marker === undefined) return { ...document, marker };
    if (isSameMarker(document.marker, marker)) return document;
    throw new OperatorError(
      `the ledger ${store.description} belongs to ${describeMarker(document.marker)}, ` +
        `not to ${describeMarker(marker)}`,
      'Name the ledger of this fleet with --ledger, or correct fleet, account and region in fleet.yaml.',
    );
  });
  return outcome;
}
