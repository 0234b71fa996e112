import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, inject, test } from 'vitest';
import { dynamoClient } from '../support/dynamo-server.ts';
import { type E2eFleet, type E2eFleetOptions, makeE2eFleet } from '../support/e2e-fleet.ts';
import { type CannedAnswer, isMutation, type WireCall } from '../support/recording-proxy.ts';

const moto = inject('moto');
const settle = ['controller', '--until-settled'];

interface Trouble extends Omit<E2eFleetOptions, 'fleet' | 'only'> {
  readonly what: string;
  /** True where `ledger init` is tried too. */
  readonly stopsInit?: true;
  /** Done before the program runs. */
  readonly prepare?: (fleet: E2eFleet, name: string) => Promise<unknown>;
  /** What the message must name. */
  readonly says: readonly RegExp[];
}

const without =
  (...names: readonly string[]) =>
  (usual: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(usual).filter(([name]) => !names.includes(name)));

function refusing(action: string, code: string, message: string) {
  return {
    answer: (call: WireCall) => (call.action === action ? refusal(call, code, message) : undefined),
  };
}

/** As each protocol of AWS words a refusal. */
function refusal({ service }: WireCall, code: string, message: string): CannedAnswer {
  const xml = { status: 403, type: 'text/xml' as const };
  if (service === 'ec2') {
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return {
      ...xml,
      body: `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`,
    };
  }
  if (service === 'sts') {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    return {
      ...xml,
      body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}<RequestId>r</RequestId></ErrorResponse>`,
    };
  }
  return {
    status: 400,
    type: 'application/x-amz-json-1.0',
    body: JSON.stringify({ __type: `com.amazonaws.${service}#${code}`, message }),
  };
}

const denied = (action: string) =>
  `User: arn:aws:iam::123456789012:user/x is not authorized to perform: ${action}`;

const troubles: readonly Trouble[] = [
  {
    what: 'another account',
    stopsInit: true,
    prepare: (fleet) => fleet.folder.edit('fleet.yaml', '123456789012', '111122223333'),
    says: [/123456789012/, /111122223333/, /credentials|spec\.account/],
  },
  {
    what: 'another region',
    stopsInit: true,
    env: (usual) => ({ ...usual, AWS_REGION: 'us-east-1' }),
    says: [/us-east-1/, /AWS_REGION=eu-west-1/],
  },
  {
    what: 'no table',
    hasLedger: false,
    says: [/no ledger table ledger-/, /ledger init/],
  },
  {
    what: 'a table without a marker',
    hasLedger: false,
    prepare: (_, name) => makeBareTable(`ledger-${name}`),
    says: [/no marker/, /ledger init/],
  },
  {
    what: 'a renamed fleet',
    prepare: (fleet) => fleet.folder.edit('fleet.yaml', /name: .*/, 'name: renamed'),
    says: [/belongs to fleet/, /renamed/],
  },
  {
    what: 'no endpoint',
    stopsInit: true,
    env: (usual) => ({ ...usual, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
    says: [/ECONNREFUSED 127\.0\.0\.1:1/, /AWS_ENDPOINT_URL/],
  },
  {
    what: 'an endpoint that is no URL',
    env: (usual) => ({ ...usual, AWS_ENDPOINT_URL: 'nonsense' }),
    says: [/nonsense|URL/, /AWS_ENDPOINT_URL/],
  },
  {
    what: 'no credentials',
    stopsInit: true,
    env: without('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'),
    says: [/no AWS credentials/, /credentials/],
  },
  {
    what: 'expired credentials',
    rules: refusing(
      'GetCallerIdentity',
      'ExpiredToken',
      'The security token included in the request is expired',
    ),
    says: [/expired/, /Log in again/],
  },
  {
    what: 'no permission for the ledger',
    rules: refusing('GetItem', 'AccessDeniedException', denied('dynamodb:GetItem')),
    says: [/dynamodb:GetItem/, /Allow/],
  },
  {
    what: 'a throttled ledger',
    rules: refusing('GetItem', 'ThrottlingException', 'Rate exceeded'),
    says: [/throttle/],
  },
];

/** What is met only under way: by then the lease is taken, and part of the account may be read. */
const denials: readonly Trouble[] = [
  {
    what: 'no permission to list machines',
    rules: refusing(
      'DescribeInstances',
      'UnauthorizedOperation',
      'You are not authorized to perform this operation.',
    ),
    says: [/DescribeInstances/, /Allow/],
  },
  {
    what: 'no permission to list homes',
    rules: refusing(
      'DescribeVolumes',
      'UnauthorizedOperation',
      'You are not authorized to perform this operation.',
    ),
    says: [/DescribeVolumes/, /Allow/],
  },
  {
    what: 'no permission to read parameters',
    rules: refusing('GetParameters', 'AccessDeniedException', denied('ssm:GetParameters')),
    says: [/ssm:GetParameters/, /Allow/],
  },
  {
    what: 'no permission to launch',
    rules: refusing('RunInstances', 'UnauthorizedOperation', denied('ec2:RunInstances')),
    says: [/ec2:RunInstances/, /Allow/],
  },
];

/** One that acts and one that only reads. */
const commands = [settle, ['plan']];

describe.skipIf(moto === null)('what an operator must mend', () => {
  test.concurrent.for(troubles)(
    '$what: each command says in one line what is wrong and in one what to do',
    async (trouble, { expect }) => {
      const { fleet, remove } = await makeTroubled(trouble);
      const ends = await Promise.all(commands.map((command) => fleet.run(...command)));
      await remove();
      for (const { code, out, err } of ends) {
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toMatch(/^devinstance: [^\n]+\n {2}[^\n]+\n$/);
        for (const words of trouble.says) expect(err).toMatch(words);
      }
      // Not even the lease, which may be somebody else's.
      expect(fleet.calls.filter(({ action }) => !/^(Describe|Get|Query)/.test(action))).toEqual([]);
    },
  );

  // What could be read is shown and acted on, so there are other lines too.
  test.concurrent.for(denials)(
    '$what: the controller names the permission and exits 1',
    async (trouble, { expect }) => {
      const { fleet, remove } = await makeTroubled(trouble);
      const end = await fleet.run(...settle);
      await remove();
      expect(end.code).toBe(1);
      expect(end.err).not.toMatch(/^\s+at /m);
      for (const words of trouble.says) expect(end.err).toMatch(words);
      const made = fleet.calls.filter(({ service }) => service === 'ec2').filter(isMutation);
      expect(made.filter(({ action }) => action !== 'RunInstances')).toEqual([]);
    },
  );

  test.concurrent.for(troubles.filter(({ stopsInit }) => stopsInit))(
    '$what: ledger init says so and makes nothing',
    async (trouble, { expect }) => {
      const { fleet, remove } = await makeTroubled({ ...trouble, hasLedger: false });
      const end = await fleet.run('ledger', 'init');
      await remove();
      expect(end).toMatchObject({ code: 1, out: '' });
      expect(end.err).toMatch(/^devinstance: [^\n]+\n {2}[^\n]+\n$/);
      for (const words of trouble.says) expect(end.err).toMatch(words);
      expect(fleet.calls.filter(isMutation)).toEqual([]);
    },
  );
});

let made = 0;

async function makeTroubled({ prepare, what: _what, says: _says, ...options }: Trouble) {
  if (moto === null) throw new Error('there is no moto');
  made += 1;
  const name = `troubled-${made}`;
  const fleet = await makeE2eFleet(moto, { ...options, fleet: name, only: ['ada-01'] });
  await prepare?.(fleet, name);
  return { fleet, remove: () => fleet.remove() };
}

async function makeBareTable(table: string): Promise<void> {
  const client = dynamoClient(moto?.endpoint ?? '');
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
    }),
  );
  client.destroy();
}
