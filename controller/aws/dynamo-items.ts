import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { eventKeptUntil, eventKey, type FleetEvent } from '../core/event.ts';
import { type Instant, toMillis } from '../core/instant.ts';
import type { ChannelRecord, DevInstanceRecord, Marker } from '../core/record.ts';
import { type LedgerRequest, requestKeptUntil } from '../core/request.ts';
import { type LeaseItem, OperatorError, type StoredRecord } from '../ports.ts';

/** The layout of the items written here. */
const SCHEMA_VERSION = 1;

/** An item as the SDK's low-level client takes and gives it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * All items of a ledger share one partition, so that one table is one ledger: a second fleet
 * meets the first one's marker, and one Query reads all records. Its limits (3,000 reads of 4 KB a
 * second) are far above what a fleet needs.
 */
export const PARTITION = 'ledger';
export const MARKER_KEY = 'marker';
export const LEASE_KEY = 'lease';
/** Later kinds of items have other prefixes, so a listing of records never meets them. */
export const RECORD_PREFIX = 'record#';
export const CHANNEL_PREFIX = 'channel#';
export const REQUEST_PREFIX = 'request#';
export const EVENT_PREFIX = 'event#';
/** DynamoDB removes an item some time after the epoch second in this attribute. */
export const TTL_ATTRIBUTE = 'ttl';

export function keyOf(sortKey: string): Record<string, AttributeValue> {
  return { pk: { S: PARTITION }, sk: { S: sortKey } };
}

export function recordKey(name: string): string {
  return `${RECORD_PREFIX}${name}`;
}

export function markerToItem(marker: Marker, nonce: string): Item {
  return {
    ...headOf(MARKER_KEY, nonce),
    fleet: { S: marker.fleet },
    account: { S: marker.account },
    region: { S: marker.region },
  };
}

export function itemToMarker(item: Item): Marker {
  return {
    fleet: textOf(item, 'fleet'),
    account: textOf(item, 'account'),
    region: textOf(item, 'region'),
  };
}

export function leaseToItem(lease: LeaseItem): Item {
  return {
    ...headOf(LEASE_KEY, lease.nonce),
    holder: { S: lease.holder },
    epoch: { N: String(lease.epoch) },
    ttlMs: { N: String(lease.ttlMs) },
  };
}

export function itemToLease(item: Item): LeaseItem {
  return {
    holder: textOf(item, 'holder'),
    nonce: textOf(item, 'nonce'),
    epoch: numberOf(item, 'epoch'),
    ttlMs: numberOf(item, 'ttlMs'),
  };
}

/**
 * The record itself is one JSON text, so that it comes back exactly as it was, absent fields and
 * numbers included. Beside it stand what conditions need (version, epoch) and what helps a person
 * who looks at the table (uid, owner, step).
 */
export function recordToItem(stored: StoredRecord, epoch: number, nonce: string): Item {
  const { record, version } = stored;
  return {
    ...headOf(recordKey(record.name), nonce),
    version: { N: String(version) },
    epoch: { N: String(epoch) },
    uid: { S: record.uid },
    owner: { S: record.owner },
    ...(record.step === undefined ? {} : { step: { S: record.step.action.kind } }),
    body: { S: JSON.stringify(record) },
  };
}

export function itemToRecord(item: Item): StoredRecord {
  const record: DevInstanceRecord = JSON.parse(textOf(item, 'body'));
  return { record, version: numberOf(item, 'version') };
}

/** Beside the text stands what its condition needs, and what helps a person. */
export function channelToItem(channel: ChannelRecord, epoch: number, nonce: string): Item {
  return {
    ...headOf(`${CHANNEL_PREFIX}${channel.name}`, nonce),
    epoch: { N: String(epoch) },
    ...(channel.completed === undefined ? {} : { imageId: { S: channel.completed.imageId } }),
    body: packed(JSON.stringify(channel)),
  };
}

export function itemToChannel(item: Item): ChannelRecord {
  return JSON.parse(unpacked(item, 'body'));
}

/** An item may have 400 KB; a rollout names each machine of the fleet at least once. */
const MAX_PLAIN_BYTES = 100_000;

/** Text, or, where there is much of it, the same gzipped. */
function packed(text: string): AttributeValue {
  return Buffer.byteLength(text) > MAX_PLAIN_BYTES ? { B: gzipSync(text) } : { S: text };
}

function unpacked(item: Item, name: string): string {
  const bytes = item[name]?.B;
  return bytes === undefined ? textOf(item, name) : gunzipSync(bytes).toString('utf8');
}

export function requestToItem(request: LedgerRequest, nonce: string): Item {
  return {
    ...headOf(`${REQUEST_PREFIX}${request.id}`, nonce),
    ...ttlOf(requestKeptUntil(request)),
    body: { S: JSON.stringify(request) },
  };
}

export function itemToRequest(item: Item): LedgerRequest {
  return JSON.parse(textOf(item, 'body'));
}

/** Has no nonce: two writers of one event write the same item. */
export function eventToItem(event: FleetEvent): Item {
  return {
    ...keyOf(`${eventPrefix(event.name)}${eventKey(event)}`),
    schemaVersion: { N: String(SCHEMA_VERSION) },
    ...ttlOf(eventKeptUntil(event)),
    body: { S: JSON.stringify(event) },
  };
}

export function itemToEvent(item: Item): FleetEvent {
  return JSON.parse(textOf(item, 'body'));
}

/** What the sort keys of all events of one DevInstance begin with. */
export function eventPrefix(name: string): string {
  return `${EVENT_PREFIX}${name}#`;
}

/** The nonce of the write that made the item; undefined where there is none. */
export function nonceOf(item: Item | undefined): string | undefined {
  return item?.['nonce']?.S;
}

/**
 * Reads an item, of which `convert` knows the layout. Throws OperatorError for one that a newer
 * version wrote or that somebody damaged.
 */
export function readItem<T>(item: Item, table: string, convert: (item: Item) => T): T {
  const name = `${item['sk']?.S ?? 'an item'} in ledger table ${table}`;
  const version = Number(item['schemaVersion']?.N);
  if (version > SCHEMA_VERSION) {
    throw new OperatorError(
      `${name} was written by a newer devinstance (schemaVersion ${version})`,
      'Use that version or a later one.',
    );
  }
  try {
    return convert(item);
  } catch (error) {
    throw new OperatorError(
      `${name} is damaged: ${error instanceof Error ? error.message : error}`,
      'Restore the item from a backup of the table (point-in-time recovery).',
      { cause: error },
    );
  }
}

function headOf(sortKey: string, nonce: string): Item {
  return { ...keyOf(sortKey), schemaVersion: { N: String(SCHEMA_VERSION) }, nonce: { S: nonce } };
}

function ttlOf(keptUntil: Instant): Item {
  return { [TTL_ATTRIBUTE]: { N: String(Math.ceil(toMillis(keptUntil) / 1_000)) } };
}

function textOf(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new Error(`it has no text ${name}`);
  return text;
}

function numberOf(item: Item, name: string): number {
  const number = Number(item[name]?.N);
  if (!Number.isSafeInteger(number)) throw new Error(`it has no whole number ${name}`);
  return number;
}
