import { OperatorError } from '../ports.ts';
import { classifyError } from './errors.ts';

interface Trouble {
  readonly cause: (table: string, detail: string) => string;
  readonly remedy: (table: string) => string;
}

/** What only a table has; everything else is in the one table of error codes. */
const tableTroubles: ReadonlyMap<string, Trouble> = new Map([
  [
    'ResourceNotFoundException',
    {
      cause: (table) => `there is no ledger table ${table} in this account and region`,
      remedy: (table) =>
        `Check AWS_REGION and --ledger, or make it: npx devinstance ledger init --ledger dynamodb:${table}`,
    },
  ],
  [
    'ValidationException',
    {
      cause: (table, detail) => `the table ${table} cannot serve as a ledger: ${detail}`,
      remedy: () =>
        'Use a table with the string keys pk (partition) and sk (sort), as `ledger init` makes it.',
    },
  ],
]);

/** The OperatorError that says in one line each what is the matter with the table and what to do. */
export function explainDynamoError(error: unknown, table: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const { class: kind, code, message, remedy } = classifyError(error);
  const trouble = tableTroubles.get(code);
  const options = { cause: error };
  if (trouble !== undefined) {
    return new OperatorError(trouble.cause(table, message), trouble.remedy(table), options);
  }
  const again = 'Try again in a moment; if it lasts, look at the table in DynamoDB.';
  return new OperatorError(
    `the ledger table ${table} could not be used: ${message}`,
    kind === 'operator' ? remedy : again,
    options,
  );
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

/** True where the server does not know what was asked, as DynamoDB's emulators do not know all. */
export function isUnknownOperation(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnknownOperationException';
}
