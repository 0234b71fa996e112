import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describeMarker, isSameMarker } from '../core/marker.ts';
import type { ChannelRecord, DevInstanceRecord, Marker } from '../core/record.ts';
import { type Ledger, LedgerConflict, OperatorError, type StoredRecord } from '../ports.ts';
import { absent, type Condition, put, readAll, readOne, sameNonce } from './dynamo-calls.ts';
import { endRequest, putEvents, readEvents, readRequests } from './dynamo-history.ts';
import {
  CHANNEL_PREFIX,
  channelToItem,
  itemToChannel,
  itemToLease,
  itemToMarker,
  itemToRecord,
  LEASE_KEY,
  leaseToItem,
  MARKER_KEY,
  markerToItem,
  RECORD_PREFIX,
  recordToItem,
  requestToItem,
} from './dynamo-items.ts';
import { ensureTable, type TableAccess } from './dynamo-table.ts';

export interface DynamoLedgerOptions {
  /** Its `destroy`, where it has one, is called by `close`. */
  readonly client: Pick<DynamoDBClient, 'send'> & Partial<Pick<DynamoDBClient, 'destroy'>>;
  readonly table: string;
  /** Waits between looks at a table that is being made. */
  readonly wait?: (millis: number) => Promise<void>;
}

/**
 * A ledger in a DynamoDB table, one ledger a table. Reads are consistent, writes conditional; no
 * transactions, no scans. What AWS refuses is thrown as an OperatorError.
 */
export function dynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { client, table } = options;
  const access: TableAccess = { client, table, wait: options.wait ?? ((millis) => sleep(millis)) };
  return {
    description: `dynamodb:${table}`,
    init: (marker) => init(access, marker),
    marker: () => readOne(access, MARKER_KEY, itemToMarker),
    records: () => readAll(access, RECORD_PREFIX, itemToRecord),
    putRecord: (record, overVersion, epoch) => putRecord(access, record, overVersion, epoch),
    channels: () => readAll(access, CHANNEL_PREFIX, itemToChannel),
    putChannel: (channel, epoch) => putChannel(access, channel, epoch),
    lease: () => readOne(access, LEASE_KEY, itemToLease),
    putLease: (lease, overNonce) =>
      put(access, leaseToItem(lease), overNonce === undefined ? absent : sameNonce(overNonce)),
    requests: () => readRequests(access),
    putRequest: async (request) => {
      await put(access, requestToItem(request, randomUUID()));
    },
    endRequest: (id, ended) => endRequest(access, id, ended),
    putEvents: (events) => putEvents(access, events),
    events: (name) => readEvents(access, name),
    close: async () => client.destroy?.(),
  };
}

function notNewer(version: number, epoch: number): Condition {
  return {
    expression: '#version = :version AND #epoch <= :epoch',
    names: { '#version': 'version', '#epoch': 'epoch' },
    values: { ':version': { N: String(version) }, ':epoch': { N: String(epoch) } },
  };
}

async function init(access: TableAccess, marker: Marker): Promise<'created' | 'already-there'> {
  await ensureTable(access);
  if (await put(access, markerToItem(marker, randomUUID()), absent)) return 'created';
  const theirs = await readOne(access, MARKER_KEY, itemToMarker);
  if (theirs !== undefined && isSameMarker(theirs, marker)) return 'already-there';
  throw new OperatorError(
    `the ledger table ${access.table} belongs to ` +
      `${theirs === undefined ? 'nobody any more' : describeMarker(theirs)}, ` +
      `not to ${describeMarker(marker)}`,
    'Name the table of this fleet with --ledger, or correct fleet, account and region in fleet.yaml.',
  );
}

async function putRecord(
  access: TableAccess,
  record: DevInstanceRecord,
  overVersion: number,
  epoch: number,
): Promise<StoredRecord> {
  const stored = { record, version: overVersion + 1 };
  const condition = overVersion === 0 ? absent : notNewer(overVersion, epoch);
  if (await put(access, recordToItem(stored, epoch, randomUUID()), condition)) return stored;
  throw new LedgerConflict(
    `the record of ${record.name} is no longer at version ${overVersion} with an epoch up to ${epoch}: ` +
      'someone else wrote it',
  );
}

async function putChannel(
  access: TableAccess,
  channel: ChannelRecord,
  epoch: number,
): Promise<void> {
  const condition: Condition = {
    expression: 'attribute_not_exists(#pk) OR #epoch <= :epoch',
    names: { '#pk': 'pk', '#epoch': 'epoch' },
    values: { ':epoch': { N: String(epoch) } },
  };
  if (await put(access, channelToItem(channel, epoch, randomUUID()), condition)) return;
  throw new LedgerConflict(`channel ${channel.name} was written in an epoch after ours (${epoch})`);
}
