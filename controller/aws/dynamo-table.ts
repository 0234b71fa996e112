import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { OperatorError } from '../ports.ts';
import { explainDynamoError, isInUse, isNotFound, isUnknownOperation } from './dynamo-errors.ts';
import { TTL_ATTRIBUTE } from './dynamo-items.ts';

/** A table, and how to wait while it is made. */
export interface TableAccess {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly table: string;
  readonly wait: (millis: number) => Promise<void>;
}

const POLL_MS = 500;
/** A new table takes some seconds; after a minute something is wrong. */
const MAX_POLLS = 120;

/** Makes the ledger's table where it is missing and returns when it can be used. Idempotent. */
export async function ensureTable(access: TableAccess): Promise<void> {
  try {
    if ((await describe(access)) === undefined) await create(access);
    requireKeys(access.table, await awaitActive(access));
    await ensureTtl(access);
  } catch (error) {
    throw explainDynamoError(error, access.table);
  }
}

async function describe({ client, table }: TableAccess): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }))).Table;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function create({ client, table }: TableAccess): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        // It is the only memory of which home belongs to whom.
        DeletionProtectionEnabled: true,
      }),
    );
  } catch (error) {
    if (!isInUse(error)) throw error;
  }
}

/** A new table may still be unknown to DescribeTable for a moment: that counts as being made. */
async function awaitActive(access: TableAccess): Promise<TableDescription> {
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const table = await describe(access);
    if (table?.TableStatus === 'ACTIVE' || table?.TableStatus === 'UPDATING') return table;
    await access.wait(POLL_MS);
  }
  throw new OperatorError(
    `the ledger table ${access.table} did not become active within a minute`,
    'Look at it in the DynamoDB console, and run `ledger init` again when it is active.',
  );
}

/** Lets DynamoDB remove old events and requests. */
async function ensureTtl(access: TableAccess): Promise<void> {
  if (await hasTtl(access)) return;
  try {
    await access.client.send(
      new UpdateTimeToLiveCommand({
        TableName: access.table,
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      }),
    );
  } catch (error) {
    // Emulators without it only keep more; and another init may have been faster.
    if (isUnknownOperation(error) || (await hasTtl(access))) return;
    throw error;
  }
}

async function hasTtl({ client, table }: TableAccess): Promise<boolean> {
  const answer = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const status = answer.TimeToLiveDescription?.TimeToLiveStatus;
  return status === 'ENABLED' || status === 'ENABLING';
}

function requireKeys(name: string, table: TableDescription): void {
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]));
  const keys = (table.KeySchema ?? []).map(
    (key) => `${key.AttributeName} ${key.KeyType} ${types.get(key.AttributeName)}`,
  );
  if (keys.join() === 'pk HASH S,sk RANGE S') return;
  throw new OperatorError(
    `the table ${name} is not a ledger: its keys are not the strings pk (partition) and sk (sort)`,
    'Name another table with --ledger; a missing one is made.',
  );
}
