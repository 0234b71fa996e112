import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamoLedger } from '../../controller/aws/dynamo-ledger.ts';
import { type Ledger, OperatorError } from '../../controller/ports.ts';
import { type DynamoServer, startDynamoServer } from '../support/dynamo-server.ts';
import { ours } from '../support/ledger-contract.ts';
import { sampleEvent, sampleRequest } from '../support/ledger-history-contract.ts';

let server: DynamoServer;
let table: string;
let ledger: Ledger;
let count = 0;

beforeAll(async () => {
  server = await startDynamoServer();
});

afterAll(() => server.stop());

const wait = () => new Promise<void>((done) => setImmediate(done));

beforeEach(async () => {
  table = `history-${count++}`;
  ledger = dynamoLedger({ client: server.client, table, wait });
  await ledger.init(ours);
});

type Send = (command: object) => Promise<unknown>;

/** A client that passes each command to `handle` together with the real `send`. */
function clientThat(handle: (command: object, send: Send) => Promise<unknown>) {
  const send: Send = (command) => server.client.send(command as GetItemCommand);
  return { send: ((command: object) => handle(command, send)) as DynamoDBClient['send'] };
}

const failure = (name: string, status: number) =>
  Object.assign(new Error(`what AWS says of ${name}`), {
    name,
    $metadata: { httpStatusCode: status },
  });

async function itemsThatBegin(prefix: string) {
  const { Items = [] } = await server.client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': { S: 'ledger' }, ':prefix': { S: prefix } },
    }),
  );
  return Items;
}

describe('what DynamoDB removes by itself', () => {
  test('an event after thirty days', async () => {
    await ledger.putEvents([sampleEvent('ada-01', { at: '2026-03-02T07:00:00.001Z' })]);
    const [item] = await itemsThatBegin('event#ada-01#2026-03-02T07:00:00.001Z#');
    expect(item?.['ttl']?.N).toBe(String(Date.parse('2026-04-01T07:00:01Z') / 1_000));
  });

  test('a request a day after it expired, ended or not', async () => {
    await ledger.putRequest(sampleRequest('r1', { expiresAt: '2026-03-02T08:00:00.000Z' }));
    const ttl = async () => (await itemsThatBegin('request#r1'))[0]?.['ttl']?.N;
    const expected = String(Date.parse('2026-03-03T08:00:00Z') / 1_000);
    expect(await ttl()).toBe(expected);
    await ledger.endRequest('r1', { at: '2026-03-02T07:30:00.000Z', result: 'done', message: '' });
    expect(await ttl()).toBe(expected);
  });

  const ttlClient = (statuses: readonly string[], updates: object[], onUpdate?: Error) => {
    const left = [...statuses];
    return clientThat(async (command, send) => {
      if (command instanceof DescribeTimeToLiveCommand) {
        return { TimeToLiveDescription: { TimeToLiveStatus: left.shift() } };
      }
      if (!(command instanceof UpdateTimeToLiveCommand)) return send(command);
      updates.push(command.input);
      if (onUpdate !== undefined) throw onUpdate;
      return {};
    });
  };

  test('init switches it on where it is off, also in a table from before', async () => {
    const updates: object[] = [];
    const client = ttlClient(['DISABLED'], updates);
    expect(await dynamoLedger({ client, table, wait }).init(ours)).toBe('already-there');
    expect(updates).toEqual([
      {
        TableName: table,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      },
    ]);
  });

  test.each(['ENABLED', 'ENABLING'])('init leaves it alone where it is %s', async (status) => {
    const updates: object[] = [];
    await dynamoLedger({ client: ttlClient([status], updates), table, wait }).init(ours);
    expect(updates).toEqual([]);
  });

  test('init is content where another one was faster, and not where it is refused', async () => {
    const refused = failure('ValidationException', 400);
    const fast = ttlClient(['DISABLED', 'ENABLED'], [], refused);
    expect(await dynamoLedger({ client: fast, table, wait }).init(ours)).toBe('already-there');
    const denied = ttlClient(['DISABLED', 'DISABLED'], [], failure('AccessDeniedException', 400));
    const init = dynamoLedger({ client: denied, table, wait }).init(ours);
    await expect(init).rejects.toBeInstanceOf(OperatorError);
  });
});

describe('events', () => {
  test('what a batch leaves out is written again, after ever longer waits', async () => {
    const waits: number[] = [];
    const sizes: number[] = [];
    const client = clientThat(async (command, send) => {
      if (!(command instanceof BatchWriteItemCommand)) return send(command);
      const requests = command.input.RequestItems?.[table] ?? [];
      sizes.push(requests.length);
      const taken = requests.slice(0, 10);
      await send(new BatchWriteItemCommand({ RequestItems: { [table]: taken } }));
      return { UnprocessedItems: requests.length > 10 ? { [table]: requests.slice(10) } : {} };
    });
    const short = dynamoLedger({
      client,
      table,
      wait: async (millis) => void waits.push(millis),
    });
    await short.putEvents(Array.from({ length: 27 }, (_, index) => sampleEvent(`ada-${index}`)));
    expect(await ledger.events()).toHaveLength(27);
    expect(sizes).toEqual([25, 15, 5, 2]);
    expect(waits).toEqual([50, 100]);
  });

  test('a table that never takes them is named', async () => {
    let waitedMs = 0;
    const client = clientThat(async (command, send) =>
      command instanceof BatchWriteItemCommand
        ? { UnprocessedItems: command.input.RequestItems }
        : send(command),
    );
    const short = dynamoLedger({
      client,
      table,
      wait: async (millis) => {
        waitedMs += millis;
      },
    });
    const error = await short.putEvents([sampleEvent('ada-01')]).catch((caught) => caught);
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`${table} did not take 1 events`);
    expect(waitedMs).toBe(6_350);
  });

  test('all pages are read, consistently', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await ledger.putEvents(names.map((name) => sampleEvent(name)));
    let pages = 0;
    const client = clientThat(async (command, send) => {
      if (!(command instanceof QueryCommand)) return send(command);
      pages++;
      expect(command.input.ConsistentRead).toBe(true);
      return send(new QueryCommand({ ...command.input, Limit: 2 }));
    });
    expect(await dynamoLedger({ client, table }).events()).toHaveLength(5);
    expect(pages).toBe(3);
  });
});

describe('a request whose write is answered badly', () => {
  const unlucky = () =>
    dynamoLedger({
      client: clientThat(async (command, send) => {
        const answer = await send(command);
        if (command instanceof PutItemCommand) throw failure('InternalServerError', 500);
        return answer;
      }),
      table,
    });

  test('is written and ended all the same', async () => {
    await unlucky().putRequest(sampleRequest('r1'));
    const ended = { at: '2026-03-02T07:30:00.000Z', result: 'done', message: '' } as const;
    expect(await unlucky().endRequest('r1', ended)).toBe(true);
    expect(await ledger.requests()).toEqual([sampleRequest('r1', { ended })]);
  });
});

test('a table with other keys serves no events', async () => {
  const other = `${table}-other`;
  await server.client.send(
    new CreateTableCommand({
      TableName: other,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const describeOther = new DescribeTableCommand({ TableName: other });
  while ((await server.client.send(describeOther)).Table?.TableStatus !== 'ACTIVE') await wait();
  const use = dynamoLedger({ client: server.client, table: other }).putEvents([
    sampleEvent('ada-01'),
  ]);
  await expect(use).rejects.toThrow(`${other} cannot serve as a ledger`);
});
