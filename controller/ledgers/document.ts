import type { FleetEvent } from '../core/event.ts';
import type { ChannelRecord, DevInstanceRecord, Marker } from '../core/record.ts';
import type { LedgerRequest } from '../core/request.ts';
import { type LeaseItem, LedgerConflict, type StoredRecord } from '../ports.ts';

/** The layout written here. A reader refuses a higher one: it cannot know what it would lose. */
export const DOCUMENT_VERSION = 1;

/** A record with the epoch of its last writer. */
export interface DocumentRecord extends StoredRecord {
  readonly epoch: number;
}

/** What is known of an image channel, with the epoch of its last writer. */
export interface DocumentChannel {
  readonly channel: ChannelRecord;
  readonly epoch: number;
}

/** A whole ledger as one JSON document. */
export interface LedgerDocument {
  readonly schemaVersion: typeof DOCUMENT_VERSION;
  readonly marker?: Marker;
  readonly lease?: LeaseItem;
  /** By name. */
  readonly records: Readonly<Record<string, DocumentRecord>>;
  /** By name; absent before the first. */
  readonly channels?: Readonly<Record<string, DocumentChannel>>;
  /** By instant; absent before the first. */
  readonly requests?: readonly LedgerRequest[];
  /** By DevInstance, oldest first; absent before the first. */
  readonly events?: Readonly<Record<string, readonly FleetEvent[]>>;
}

/** What became of a text: a document, or the reason why it is none. */
export type ParsedDocument =
  | { readonly document: LedgerDocument }
  | { readonly problem: 'damaged' | 'newer'; readonly detail: string };

/** A ledger with a marker and nothing else. */
export function createDocument(marker: Marker): LedgerDocument {
  return { schemaVersion: DOCUMENT_VERSION, marker, records: {} };
}

/** The records by name, without their epochs. */
export function listRecords(document: LedgerDocument): readonly StoredRecord[] {
  return Object.values(document.records)
    .map(({ record, version }) => ({ record, version }))
    .sort((one, other) => (one.record.name < other.record.name ? -1 : 1));
}

/**
 * The document with a record written over `overVersion` (0: there must be none) by `epoch`.
 * Throws LedgerConflict where another version stands there or a newer epoch wrote it.
 */
export function replaceRecord(
  document: LedgerDocument,
  record: DevInstanceRecord,
  overVersion: number,
  epoch: number,
): LedgerDocument {
  const { name } = record;
  const before = Object.hasOwn(document.records, name) ? document.records[name] : undefined;
  const version = before?.version ?? 0;
  if (version !== overVersion) {
    throw new LedgerConflict(
      `the record of ${name} is at version ${version}, not ${overVersion}: someone else wrote it`,
    );
  }
  if (before !== undefined && before.epoch > epoch) {
    throw new LedgerConflict(
      `the record of ${name} was written in epoch ${before.epoch}, after ours (${epoch})`,
    );
  }
  const entry: DocumentRecord = { record, version: overVersion + 1, epoch };
  return { ...document, records: { ...document.records, [name]: entry } };
}

/** What is known of channels, by name. */
export function listChannels({ channels = {} }: LedgerDocument): readonly ChannelRecord[] {
  return Object.values(channels)
    .map(({ channel }) => channel)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The document with what `epoch` knows of a channel. Throws LedgerConflict where a newer one wrote it. */
export function replaceChannel(
  document: LedgerDocument,
  channel: ChannelRecord,
  epoch: number,
): LedgerDocument {
  const { channels = {} } = document;
  const { name } = channel;
  const before = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (before !== undefined && before.epoch > epoch) {
    throw new LedgerConflict(
      `channel ${name} was written in epoch ${before.epoch}, after ours (${epoch})`,
    );
  }
  return { ...document, channels: { ...channels, [name]: { channel, epoch } } };
}

/** The document with the lease written over `overNonce`; the same document where that lost. */
export function replaceLease(
  document: LedgerDocument,
  lease: LeaseItem,
  overNonce: string | undefined,
): LedgerDocument {
  return document.lease?.nonce === overNonce ? { ...document, lease } : document;
}

/** The text that `parseDocument` reads. */
export function formatDocument(document: LedgerDocument): string {
  return `${JSON.stringify(document)}\n`;
}

/** Reads what `formatDocument` wrote. Never throws. */
export function parseDocument(text: string): ParsedDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: 'damaged', detail: error instanceof Error ? error.message : String(error) };
  }
  if (!isObject(value) || typeof value['schemaVersion'] !== 'number') {
    return { problem: 'damaged', detail: 'it has no schemaVersion' };
  }
  const schemaVersion = value['schemaVersion'];
  if (schemaVersion > DOCUMENT_VERSION) {
    return { problem: 'newer', detail: `schemaVersion ${schemaVersion}` };
  }
  return isDocument(value)
    ? { document: value }
    : { problem: 'damaged', detail: 'its parts have another shape' };
}

function isDocument(value: object): value is LedgerDocument {
  const { schemaVersion, marker, lease, records, channels, requests, events } = value as Record<
    string,
    unknown
  >;
  return (
    schemaVersion === DOCUMENT_VERSION &&
    (marker === undefined || hasTexts(marker, ['fleet', 'account', 'region'])) &&
    (lease === undefined || isLease(lease)) &&
    isObject(records) &&
    Object.entries(records).every(([name, entry]) => isEntry(name, entry)) &&
    (channels === undefined ||
      (isObject(channels) &&
        Object.entries(channels).every(([name, entry]) => isChannel(name, entry)))) &&
    (requests === undefined || isListOf(requests, ['id', 'name', 'at', 'expiresAt'])) &&
    (events === undefined ||
      (isObject(events) && Object.values(events).every((list) => isListOf(list, eventTexts))))
  );
}

const eventTexts = ['name', 'at', 'type', 'reason', 'message'];

function isListOf(value: unknown, texts: readonly string[]): boolean {
  return Array.isArray(value) && value.every((entry) => hasTexts(entry, texts));
}

function isLease(value: unknown): boolean {
  return hasTexts(value, ['holder', 'nonce']) && hasNumbers(value, ['epoch', 'ttlMs']);
}

function isEntry(name: string, value: unknown): boolean {
  if (!isObject(value) || !hasNumbers(value, ['version', 'epoch'])) return false;
  const record = value['record'];
  return (
    isObject(record) &&
    record['name'] === name &&
    hasTexts(record, ['uid', 'owner']) &&
    hasNumbers(record, ['ordinal']) &&
    isObject(record['effective'])
  );
}

function isChannel(name: string, value: unknown): boolean {
  if (!isObject(value) || !hasNumbers(value, ['epoch'])) return false;
  const { channel } = value;
  if (!isObject(channel) || channel['name'] !== name) return false;
  const { completed, rollout, step } = channel;
  return (
    (completed === undefined || hasTexts(completed, ['imageId', 'at'])) &&
    (rollout === undefined || isRollout(rollout)) &&
    (step === undefined || (hasTexts(step, ['at']) && isObject(step['action']))) &&
    Object.entries(channelLists).every(
      ([list, texts]) => channel[list] === undefined || isListOf(channel[list], texts),
    )
  );
}

/** What a channel keeps lists of, and the texts that each entry has. */
const channelLists = {
  former: ['imageId', 'at'],
  history: ['since', 'endedAt', 'state'],
  denied: ['imageId', 'at', 'actor', 'reason'],
  answered: ['requestId', 'result', 'message'],
  retries: ['kind', 'imageId', 'notBefore', 'code', 'message'],
};

function isRollout(value: unknown): boolean {
  return (
    hasTexts(value, ['since', 'state']) &&
    hasNumbers(value, ['number', 'current']) &&
    hasTexts(value['revision'], ['imageId', 'source']) &&
    isListOf(value['failures'], ['name', 'at', 'reason']) &&
    Array.isArray(value['waves']) &&
    value['waves'].every(isWave)
  );
}

function isWave(value: unknown): boolean {
  return (
    hasTexts(value, ['name']) &&
    areTexts(value['members']) &&
    areTexts(value['updated']) &&
    isListOf(value['left'], ['name', 'at', 'reason'])
  );
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function hasTexts(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && keys.every((key) => typeof value[key] === 'string');
}

function hasNumbers(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && keys.every((key) => typeof value[key] === 'number');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
