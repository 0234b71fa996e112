import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { type FleetEvent, sortEvents } from '../core/event.ts';
import { type LedgerRequest, type RequestEnd, sortRequests } from '../core/request.ts';
import { OperatorError } from '../ports.ts';
import { put, readAll, readOne, sameNonce } from './dynamo-calls.ts';
import { explainDynamoError } from './dynamo-errors.ts';
import {
  EVENT_PREFIX,
  eventPrefix,
  eventToItem,
  itemToEvent,
  itemToRequest,
  nonceOf,
  REQUEST_PREFIX,
  requestToItem,
} from './dynamo-items.ts';
import type { TableAccess } from './dynamo-table.ts';

/** BatchWriteItem takes no more. */
const BATCH_SIZE = 25;
/** Waits 50 ms at first, then twice as long each time: 6 s in all. */
const FIRST_WAIT_MS = 50;
const MAX_TRIES = 8;

/** All requests that are stored. */
export async function readRequests(access: TableAccess): Promise<readonly LedgerRequest[]> {
  return sortRequests(await readAll(access, REQUEST_PREFIX, itemToRequest));
}

/** Ends a request that is there and has not ended; of two that do so at once, one does. */
export async function endRequest(
  access: TableAccess,
  id: string,
  ended: RequestEnd,
): Promise<boolean> {
  const found = await readOne(access, `${REQUEST_PREFIX}${id}`, (item) => ({
    request: itemToRequest(item),
    nonce: nonceOf(item) ?? '',
  }));
  if (found === undefined || found.request.ended !== undefined) return false;
  const item = requestToItem({ ...found.request, ended }, randomUUID());
  return put(access, item, sameNonce(found.nonce));
}

/** The events of one DevInstance, or of all, oldest first. */
export async function readEvents(
  access: TableAccess,
  name: string | undefined,
): Promise<readonly FleetEvent[]> {
  const prefix = name === undefined ? EVENT_PREFIX : eventPrefix(name);
  return sortEvents(await readAll(access, prefix, itemToEvent));
}

/** Adds events; those that are there already are written again as they are. */
export async function putEvents(access: TableAccess, events: readonly FleetEvent[]): Promise<void> {
  // One batch must not name an item twice.
  const each = sortEvents(events);
  for (let start = 0; start < each.length; start += BATCH_SIZE) {
    const batch = each.slice(start, start + BATCH_SIZE);
    await writeBatch(
      access,
      batch.map((event) => ({ PutRequest: { Item: eventToItem(event) } })),
    );
  }
}

/** Writes a batch, and again what DynamoDB left out of it for lack of capacity. */
async function writeBatch(access: TableAccess, batch: WriteRequest[]): Promise<void> {
  const { client, table, wait } = access;
  let left = batch;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (tries > 0) await wait(FIRST_WAIT_MS * 2 ** (tries - 1));
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
    try {
      left = (await client.send(command)).UnprocessedItems?.[table] ?? [];
    } catch (error) {
      throw explainDynamoError(error, table);
    }
    if (left.length === 0) return;
  }
  throw new OperatorError(
    `the ledger table ${table} did not take ${left.length} events: it is short of capacity`,
    'Make it an on-demand table, or give it more write capacity.',
  );
}
