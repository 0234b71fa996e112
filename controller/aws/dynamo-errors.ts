import { OperatorError } from '../ports.ts';

interface Trouble {
  /** Names or codes of errors, or the beginnings of their messages. */
  readonly signs: readonly string[];
  readonly cause: (table: string, detail: string) => string;
  readonly remedy: (table: string) => string;
}

const mendCredentials =
  'Give valid credentials for the account, as for the AWS CLI: a profile, a role or environment variables.';
const mendEndpoint = 'Check the network, AWS_REGION, and AWS_ENDPOINT_URL where it is set.';

/** What goes wrong with a table, and what to do. The first entry with a matching sign counts. */
const troubles: readonly Trouble[] = [
  {
    signs: ['ResourceNotFoundException'],
    cause: (table) => `there is no ledger table ${table} in this account and region`,
    remedy: (table) =>
      `Check AWS_REGION and --ledger, or make it: npx devinstance ledger init --ledger dynamodb:${table}`,
  },
  {
    signs: ['CredentialsProviderError', 'Could not load credentials', 'Resolved credential object'],
    cause: () => 'there are no AWS credentials',
    remedy: () => mendCredentials,
  },
  {
    signs: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired'],
    cause: () => 'the AWS credentials have expired',
    remedy: () => 'Log in again or renew them.',
  },
  {
    signs: [
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'IncompleteSignatureException',
      'MissingAuthenticationTokenException',
      'InvalidClientTokenId',
    ],
    cause: (_table, detail) => `AWS refuses the credentials: ${detail}`,
    remedy: () => mendCredentials,
  },
  {
    signs: ['AccessDeniedException', 'AccessDenied'],
    cause: (table, detail) => `no permission for the ledger table ${table}: ${detail}`,
    remedy: () => 'Allow this role the named action on the table.',
  },
  {
    signs: ['Region is missing'],
    cause: () => 'no AWS region is set',
    remedy: () => 'Set AWS_REGION to the region in fleet.yaml.',
  },
  {
    signs: [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ERR_INVALID_URL',
    ],
    cause: (_table, detail) => `DynamoDB cannot be reached: ${detail}`,
    remedy: () => mendEndpoint,
  },
  {
    signs: ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'TimeoutError', 'AbortError'],
    cause: (_table, detail) => `DynamoDB did not answer: ${detail}`,
    remedy: () => `Try again. ${mendEndpoint}`,
  },
  {
    signs: [
      'ProvisionedThroughputExceededException',
      'ThrottlingException',
      'RequestLimitExceeded',
      'LimitExceededException',
    ],
    cause: (table) => `DynamoDB throttles the ledger table ${table}`,
    remedy: () => 'Try again later. If it lasts, raise the limits of the table or the account.',
  },
  {
    signs: ['ValidationException'],
    cause: (table, detail) => `the table ${table} cannot serve as a ledger: ${detail}`,
    remedy: () =>
      'Use a table with the string keys pk (partition) and sk (sort), as `ledger init` makes it.',
  },
];

/** The OperatorError that says in one line each what is the matter with the table and what to do. */
export function explainDynamoError(error: unknown, table: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const signs = signsOf(error);
  const trouble = troubles.find((entry) =>
    entry.signs.some((wanted) => signs.some((sign) => sign.startsWith(wanted))),
  );
  const detail = describe(error);
  const options = { cause: error };
  if (trouble === undefined) {
    return new OperatorError(
      `DynamoDB failed for table ${table}: ${detail}`,
      'Try again.',
      options,
    );
  }
  return new OperatorError(trouble.cause(table, detail), trouble.remedy(table), options);
}

/** True for the definite answer that a condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** True where AWS may have done what was asked although it did not say so. */
export function isDoubtful(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = '$metadata' in error ? statusOf(error.$metadata) : undefined;
  return status === undefined || status >= 500;
}

function statusOf(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** True where a table is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}

/** True where a table is there already, or is being made. */
export function isInUse(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceInUseException';
}

/** The error's name, code and message, and those of its causes. */
function signsOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 3) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [error.name, ...code, error.message, ...signsOf(error.cause, depth + 1)];
}

/** One line; a refused connection on Node has an empty message and its addresses inside. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors : [];
  const text = [error, ...inner].map((each) => (each instanceof Error ? each.message : ''));
  return (text.find((line) => line !== '') ?? error.name).replaceAll(/\s+/g, ' ').trim();
}
