import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { describeMarker, isSameMarker } from '../core/marker.ts';
import type { DevInstanceRecord, Marker } from '../core/record.ts';
import { type Ledger, LedgerConflict, OperatorError, type StoredRecord } from '../ports.ts';
import { explainDynamoError, isConditionFailure, isDoubtful } from './dynamo-errors.ts';
import {
  type Item,
  itemToLease,
  itemToMarker,
  itemToRecord,
  keyOf,
  LEASE_KEY,
  leaseToItem,
  MARKER_KEY,
  markerToItem,
  nonceOf,
  PARTITION,
  RECORD_PREFIX,
  readItem,
  recordToItem,
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
    records: () => readRecords(access),
    putRecord: (record, overVersion, epoch) => putRecord(access, record, overVersion, epoch),
    lease: () => readOne(access, LEASE_KEY, itemToLease),
    putLease: (lease, overNonce) =>
      put(access, leaseToItem(lease), overNonce === undefined ? absent : sameNonce(overNonce)),
    close: async () => client.destroy?.(),
  };
}

interface Condition {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values?: Record<string, AttributeValue>;
}

const absent: Condition = { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } };

function sameNonce(nonce: string): Condition {
  return {
    expression: '#nonce = :nonce',
    names: { '#nonce': 'nonce' },
    values: { ':nonce': { S: nonce } },
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

/**
 * Writes an item if the condition holds; answers whether it did. The SDK repeats a write that
 * was answered with a 500, so a write that won may be told that its condition fails, and one
 * without an answer may have won: the nonce in the item tells.
 */
async function put(access: TableAccess, item: Item, condition: Condition): Promise<boolean> {
  try {
    await access.client.send(
      new PutItemCommand({
        TableName: access.table,
        Item: item,
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: condition.names,
        ...(condition.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
      }),
    );
    return true;
  } catch (error) {
    return settleDoubt(access, item, error);
  }
}

async function settleDoubt(access: TableAccess, item: Item, error: unknown): Promise<boolean> {
  const failed = isConditionFailure(error);
  if (!failed && !isDoubtful(error)) throw explainDynamoError(error, access.table);
  let found: Item | undefined;
  try {
    found = await getItem(access, item['sk']?.S ?? '');
  } catch (readError) {
    throw explainDynamoError(failed ? readError : error, access.table);
  }
  if (nonceOf(found) === nonceOf(item)) return true;
  if (failed) return false;
  throw explainDynamoError(error, access.table);
}

async function readOne<T>(
  access: TableAccess,
  sortKey: string,
  convert: (item: Item) => T,
): Promise<T | undefined> {
  try {
    const item = await getItem(access, sortKey);
    return item === undefined ? undefined : readItem(item, access.table, convert);
  } catch (error) {
    throw explainDynamoError(error, access.table);
  }
}

async function getItem({ client, table }: TableAccess, sortKey: string): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: table,
    Key: keyOf(sortKey),
    ConsistentRead: true,
  });
  return (await client.send(command)).Item;
}

async function readRecords(access: TableAccess): Promise<readonly StoredRecord[]> {
  try {
    const items = await queryAll(access, RECORD_PREFIX);
    return items.map((item) => readItem(item, access.table, itemToRecord));
  } catch (error) {
    throw explainDynamoError(error, access.table);
  }
}

async function queryAll({ client, table }: TableAccess, prefix: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': { S: PARTITION }, ':prefix': { S: prefix } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
