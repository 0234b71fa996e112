import {
  type AttributeValue,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { explainDynamoError, isConditionFailure, isDoubtful } from './dynamo-errors.ts';
import { type Item, keyOf, nonceOf, PARTITION, readItem } from './dynamo-items.ts';
import type { TableAccess } from './dynamo-table.ts';

/** What must hold of the item that is there for another to be written over it. */
export interface Condition {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values?: Record<string, AttributeValue>;
}

/** There is none. */
export const absent: Condition = {
  expression: 'attribute_not_exists(#pk)',
  names: { '#pk': 'pk' },
};

/** It is still the one that was written with this nonce. */
export function sameNonce(nonce: string): Condition {
  return {
    expression: '#nonce = :nonce',
    names: { '#nonce': 'nonce' },
    values: { ':nonce': { S: nonce } },
  };
}

/**
 * Writes an item, given a condition only if it holds; answers whether it did. The SDK repeats a write that
 * was answered with a 500, so a write that won may be told that its condition fails, and one
 * without an answer may have won: the nonce in the item tells.
 */
export async function put(
  access: TableAccess,
  item: Item,
  condition?: Condition,
): Promise<boolean> {
  const given = condition && {
    ConditionExpression: condition.expression,
    ExpressionAttributeNames: condition.names,
    ...(condition.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
  };
  try {
    await access.client.send(new PutItemCommand({ TableName: access.table, Item: item, ...given }));
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

/** Reads one item by key; undefined where there is none. */
export async function readOne<T>(
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

/** Reads one item by key, consistently, and throws what AWS says. */
export async function getItem(
  { client, table }: TableAccess,
  sortKey: string,
): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: table,
    Key: keyOf(sortKey),
    ConsistentRead: true,
  });
  return (await client.send(command)).Item;
}

/** All items whose sort keys begin so, by sort key. */
export async function readAll<T>(
  access: TableAccess,
  prefix: string,
  convert: (item: Item) => T,
): Promise<readonly T[]> {
  try {
    const items = await queryAll(access, prefix);
    return items.map((item) => readItem(item, access.table, convert));
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
