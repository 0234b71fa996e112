import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';

/** How long a mutation may take before its end counts as unknown. The lease must outlast it. */
export const callTimeoutMs = 5_000;
const readTimeoutMs = 15_000;
const connectionTimeoutMs = 3_000;

/** The clients of one region. */
export interface AwsClients {
  /** For reads: tries again by itself. */
  readonly ec2: EC2Client;
  /** For mutations: sends each call once, so that no retry hides what happened. */
  readonly ec2Mutations: EC2Client;
  readonly ssm: SSMClient;
  /** As `ec2Mutations`. */
  readonly ssmMutations: SSMClient;
  readonly sts: STSClient;
  /** Tries again by itself: every write of the ledger is conditional. */
  readonly dynamodb: DynamoDBClient;
  /** Lets go of all connections. */
  close(): void;
}

/**
 * Makes the SDK's clients, which it loads only now. Credentials, AWS_ENDPOINT_URL and, where no
 * region is given, AWS_REGION are found as the SDK finds them.
 */
export async function awsClients({ region }: { readonly region?: string }): Promise<AwsClients> {
  // The package runs on Node 20.19 with SDK versions that support it; the notice is for upgrades.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const [{ EC2Client }, { SSMClient }, { STSClient }, { DynamoDBClient }] = await Promise.all([
    import('@aws-sdk/client-ec2'),
    import('@aws-sdk/client-ssm'),
    import('@aws-sdk/client-sts'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  const place = region === undefined ? {} : { region };
  const reads = { ...place, maxAttempts: 3, requestHandler: within(readTimeoutMs) };
  // Each client gets a handler of its own: closing one must not close another.
  const once = () => ({ ...place, maxAttempts: 1, requestHandler: within(callTimeoutMs) });
  const clients = {
    ec2: new EC2Client(reads),
    ec2Mutations: new EC2Client(once()),
    ssm: new SSMClient(reads),
    ssmMutations: new SSMClient(once()),
    sts: new STSClient(reads),
    dynamodb: new DynamoDBClient({
      ...place,
      maxAttempts: 3,
      requestHandler: within(callTimeoutMs),
    }),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Without `throwOnRequestTimeout` the SDK only warns; an idle socket covers a body that stalls. */
function within(millis: number) {
  return {
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: millis,
    socketTimeout: millis,
    throwOnRequestTimeout: true,
  };
}
