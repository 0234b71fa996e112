import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoLedger } from '../../controller/aws/dynamo-ledger.ts';
import { type Ledger, LedgerConflict, OperatorError } from '../../controller/ports.ts';
import { type DynamoServer, dynamoClient, startDynamoServer } from '../support/dynamo-server.ts';
import { rollingChannel, sampleChannel } from '../support/ledger-channel-contract.ts';
import { ours, testLedger, testMissingLedger } from '../support/ledger-contract.ts';
import { sampleRecord } from '../support/sample-record.ts';

let server: DynamoServer;
let count = 0;

beforeAll(async () => {
  server = await startDynamoServer();
});

afterAll(() => server.stop());

type Send = (command: object) => Promise<unknown>;
type Client = Pick<DynamoDBClient, 'send'>;

const newTable = () => `ledger-${count++}`;
/** The server makes tables in some milliseconds. */
const wait = () => new Promise<void>((done) => setImmediate(done));

/** A client that passes each command to `handle` together with the real `send`. */
function clientThat(handle: (command: object, send: Send) => Promise<unknown>): Client {
  const send: Send = (command) => server.client.send(command as GetItemCommand);
  return { send: ((command: object) => handle(command, send)) as DynamoDBClient['send'] };
}

async function openNew(): Promise<{ table: string; ledger: Ledger }> {
  const table = newTable();
  const ledger = dynamoLedger({ client: server.client, table, wait });
  await ledger.init(ours);
  return { table, ledger };
}

async function catchOperatorError(work: Promise<unknown>): Promise<OperatorError> {
  const error = await work.catch((caught: unknown) => caught);
  if (!(error instanceof OperatorError)) throw new Error(`no OperatorError: ${error}`);
  return error;
}

const ended = { at: '2026-03-02T07:05:00.000Z', result: 'done', message: 'snap-1' } as const;

const failure = (name: string, status?: number) =>
  Object.assign(new Error(`what AWS says of ${name}`), {
    name,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
  });

describe('dynamodb', () => {
  testLedger(async () => {
    const options = { client: server.client, table: newTable(), wait };
    return [dynamoLedger(options), dynamoLedger(options)];
  });
  testMissingLedger(async () => dynamoLedger({ client: server.client, table: newTable(), wait }));
});

describe('init', () => {
  test('makes an on-demand table, also when two do so at once', async () => {
    const table = newTable();
    const options = { client: server.client, table, wait };
    const outcomes = await Promise.all([
      dynamoLedger(options).init(ours),
      dynamoLedger(options).init(ours),
    ]);
    expect([...outcomes].sort()).toEqual(['already-there', 'created']);
    const { Table } = await server.client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  });

  test('a table without a marker is a ledger without a marker', async () => {
    const { table, ledger } = await openNew();
    const client = clientThat(async (command, send) =>
      command instanceof GetItemCommand ? { Item: undefined } : send(command),
    );
    expect(await dynamoLedger({ client, table }).marker()).toBeUndefined();
    expect(await ledger.marker()).toEqual(ours);
  });

  test('refuses a table with other keys', async () => {
    const table = newTable();
    await server.client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const ledger = dynamoLedger({ client: server.client, table, wait });
    const error = await catchOperatorError(ledger.init(ours));
    expect(error.message).toContain(`${table} is not a ledger`);
  });

  test('gives up on a table that never becomes active', async () => {
    const table = newTable();
    let waitedMs = 0;
    const client = clientThat(async (command, send) =>
      command instanceof DescribeTableCommand
        ? { Table: { TableStatus: 'CREATING' } }
        : send(command),
    );
    const ledger = dynamoLedger({
      client,
      table,
      wait: async (millis) => {
        waitedMs += millis;
      },
    });
    const error = await catchOperatorError(ledger.init(ours));
    expect(error.message).toContain(`${table} did not become active`);
    expect(waitedMs).toBe(60_000);
  });
});

describe('reading', () => {
  test('asks for consistent items, and for nothing but items by key', async () => {
    const { table } = await openNew();
    const asked = new Set<string>();
    const client = clientThat(async (command, send) => {
      asked.add(command.constructor.name);
      if (command instanceof GetItemCommand) expect(command.input.ConsistentRead).toBe(true);
      return send(command);
    });
    const ledger = dynamoLedger({ client, table });
    await ledger.marker();
    await ledger.putLease({ holder: 'me', nonce: 'n', epoch: 1, ttlMs: 1 }, undefined);
    await ledger.lease();
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    await ledger.records();
    expect([...asked].sort()).toEqual(['GetItemCommand', 'PutItemCommand', 'QueryCommand']);
  });

  test('follows all pages, consistently', async () => {
    const { table, ledger } = await openNew();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await ledger.putRecord(sampleRecord(name), 0, 1);
    let pages = 0;
    const client = clientThat(async (command, send) => {
      if (!(command instanceof QueryCommand)) return send(command);
      pages++;
      expect(command.input.ConsistentRead).toBe(true);
      return send(new QueryCommand({ ...command.input, Limit: 2 }));
    });
    const records = await dynamoLedger({ client, table }).records();
    expect(records.map(({ record }) => record.name)).toEqual(names);
    expect(pages).toBe(3);
  });

  test('goes past items of other kinds, whatever their layout', async () => {
    const { table, ledger } = await openNew();
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    for (const sk of ['event#ada-01#1', 'request#1', 'rollout#ubuntu', 'recorder']) {
      const Item = { pk: { S: 'ledger' }, sk: { S: sk }, schemaVersion: { N: '9' } };
      await server.client.send(new PutItemCommand({ TableName: table, Item }));
    }
    expect(await ledger.records()).toHaveLength(1);
  });

  test.each([
    { sk: 'record#ada-01', use: (ledger: Ledger) => ledger.records() },
    { sk: 'marker', use: (ledger: Ledger) => ledger.marker() },
    { sk: 'lease', use: (ledger: Ledger) => ledger.lease() },
    { sk: 'channel#ubuntu', use: (ledger: Ledger) => ledger.channels() },
    { sk: 'request#r1', use: (ledger: Ledger) => ledger.requests() },
    { sk: 'request#r1', use: (ledger: Ledger) => ledger.endRequest('r1', ended) },
    { sk: 'event#ada-01#x', use: (ledger: Ledger) => ledger.events('ada-01') },
  ])('refuses $sk of a newer version or damaged', async ({ sk, use }) => {
    const { table, ledger } = await openNew();
    const put = (version: string) =>
      server.client.send(
        new PutItemCommand({
          TableName: table,
          Item: { pk: { S: 'ledger' }, sk: { S: sk }, schemaVersion: { N: version } },
        }),
      );
    await put('2');
    const newer = await catchOperatorError(use(ledger));
    expect(newer.message).toContain(`${sk} in ledger table ${table} was written by a newer`);
    await put('1');
    const damaged = await catchOperatorError(use(ledger));
    expect(damaged.message).toContain(`${sk} in ledger table ${table} is damaged`);
  });
});

describe('a channel with much to it', () => {
  const bodyOf = async (table: string) => {
    const Key = { pk: { S: 'ledger' }, sk: { S: 'channel#ubuntu' } };
    const command = new GetItemCommand({ TableName: table, Key });
    return (await server.client.send(command)).Item?.['body'];
  };

  test('is packed, and in plain text again once it is small', async () => {
    const { table, ledger } = await openNew();
    const big = rollingChannel('ubuntu', 20_000);
    expect(JSON.stringify(big).length).toBeGreaterThan(400_000);
    await ledger.putChannel(big, 1);
    expect((await bodyOf(table))?.B?.length).toBeLessThan(250_000);
    await ledger.putChannel(rollingChannel('ubuntu', 100), 1);
    expect((await bodyOf(table))?.S).toMatch(/^\{"name":"ubuntu",/);
  });

  test('is damaged where it cannot be unpacked', async () => {
    const { table, ledger } = await openNew();
    const Item = {
      pk: { S: 'ledger' },
      sk: { S: 'channel#ubuntu' },
      schemaVersion: { N: '1' },
      body: { B: Buffer.from('no gzip') },
    };
    await server.client.send(new PutItemCommand({ TableName: table, Item }));
    const { message } = await catchOperatorError(ledger.channels());
    expect(message).toMatch(/^channel#ubuntu in ledger table .* is damaged: /);
  });
});

/** Ways in which the answer to a write that was done is lost. */
const lostAnswers = [
  { how: 'repeated and refused', error: failure('ConditionalCheckFailedException', 400) },
  { how: 'answered with 500', error: failure('InternalServerError', 500) },
  { how: 'cut off', error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) },
  { how: 'timed out', error: failure('TimeoutError') },
];

describe('a write whose answer is lost', () => {
  test.each(lostAnswers)('counts when it was done and then $how', async ({ error }) => {
    const { table, ledger } = await openNew();
    const client = clientThat(async (command, send) => {
      const answer = await send(command);
      if (command instanceof PutItemCommand) throw error;
      return answer;
    });
    const unlucky = dynamoLedger({ client, table });
    const record = sampleRecord('ada-01');
    expect(await unlucky.putRecord(record, 0, 1)).toEqual({ record, version: 1 });
    expect(await unlucky.putRecord(record, 1, 1)).toEqual({ record, version: 2 });
    await unlucky.putChannel(sampleChannel('ubuntu'), 1);
    expect(await ledger.channels()).toEqual([sampleChannel('ubuntu')]);
    const lease = { holder: 'me', nonce: 'n', epoch: 1, ttlMs: 1 };
    expect(await unlucky.putLease(lease, undefined)).toBe(true);
    expect((await ledger.records())[0]?.version).toBe(2);
  });

  test.each(lostAnswers.slice(1))('is an error when not done and $how', async ({ error }) => {
    const { table, ledger } = await openNew();
    const client = clientThat(async (command, send) => {
      if (command instanceof PutItemCommand) throw error;
      return send(command);
    });
    const unlucky = dynamoLedger({ client, table });
    await catchOperatorError(unlucky.putRecord(sampleRecord('ada-01'), 0, 1));
    await catchOperatorError(unlucky.putChannel(sampleChannel('ubuntu'), 1));
    expect([await ledger.records(), await ledger.channels()]).toEqual([[], []]);
  });

  test('is a conflict when another one was faster', async () => {
    const { table, ledger } = await openNew();
    const client = clientThat(async (command, send) => {
      if (command instanceof PutItemCommand) await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
      return send(command);
    });
    const write = dynamoLedger({ client, table }).putRecord(sampleRecord('ada-01'), 0, 1);
    await expect(write).rejects.toBeInstanceOf(LedgerConflict);
  });
});

test('close lets go of the client', async () => {
  let destroyed = 0;
  const client = { ...clientThat((command, send) => send(command)), destroy: () => destroyed++ };
  await dynamoLedger({
    client: { ...client, destroy: () => void client.destroy() },
    table: 't',
  }).close();
  expect(destroyed).toBe(1);
});

test('an endpoint where nobody listens is named', async () => {
  const gone = await startDynamoServer();
  await gone.stop();
  const client = dynamoClient(gone.endpoint);
  const ledger = dynamoLedger({ client, table: 't' });
  const error = await catchOperatorError(ledger.marker());
  expect(error.message).toContain('cannot be reached');
  expect(error.message).toContain(new URL(gone.endpoint).port);
  expect(error.remedy).toContain('AWS_ENDPOINT_URL');
  await ledger.close();
});
