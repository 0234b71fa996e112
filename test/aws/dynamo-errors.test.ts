import { expect, test } from 'vitest';
import { explainDynamoError } from '../../controller/aws/dynamo-errors.ts';
import { OperatorError } from '../../controller/ports.ts';

const named = (name: string, message = 'as AWS puts it') =>
  Object.assign(new Error(message), { name });
const coded = (code: string) => Object.assign(new Error(`connect ${code} host`), { code });

test.each([
  { error: named('ResourceNotFoundException'), cause: 'no ledger table T', remedy: 'ledger init' },
  { error: named('CredentialsProviderError'), cause: 'no AWS credentials', remedy: 'credentials' },
  { error: named('ExpiredTokenException'), cause: 'have expired', remedy: 'Log in again' },
  { error: named('UnrecognizedClientException'), cause: 'refuses', remedy: 'credentials' },
  { error: named('InvalidSignatureException'), cause: 'refuses', remedy: 'secret key' },
  {
    error: named('AccessDeniedException', 'User x is not authorized to perform: dynamodb:Query'),
    cause: 'dynamodb:Query',
    remedy: 'Allow this role',
  },
  { error: new Error('Region is missing'), cause: 'no AWS region', remedy: 'AWS_REGION' },
  { error: coded('ECONNREFUSED'), cause: 'cannot be reached', remedy: 'AWS_ENDPOINT_URL' },
  { error: coded('ENOTFOUND'), cause: 'cannot be reached', remedy: 'AWS_REGION' },
  { error: coded('ERR_INVALID_URL'), cause: 'cannot be reached', remedy: 'AWS_ENDPOINT_URL' },
  { error: coded('ECONNRESET'), cause: 'ECONNRESET', remedy: 'Try again' },
  { error: named('TimeoutError'), cause: 'the ledger table T', remedy: 'Try again' },
  { error: named('ThrottlingException'), cause: 'throttles', remedy: 'Try again' },
  {
    error: named('ProvisionedThroughputExceededException'),
    cause: 'the ledger table T',
    remedy: 'Try again',
  },
  { error: named('ValidationException'), cause: 'cannot serve as a ledger', remedy: 'pk' },
  { error: named('SomethingNew', 'odd'), cause: 'the ledger table T', remedy: 'Try again' },
  { error: 'a text', cause: 'a text', remedy: 'Try again' },
])('$error: the cause and the remedy, in one line each', ({ error, cause, remedy }) => {
  const explained = explainDynamoError(error, 'T');
  expect(explained).toBeInstanceOf(OperatorError);
  expect(explained.message).toContain(cause);
  expect(explained.remedy).toContain(remedy);
  expect(`${explained.message}${explained.remedy}`).not.toContain('\n');
  expect(explained.cause).toBe(error);
});

test('the reason may be inside: wrapped, or one of several addresses', () => {
  const wrapped = new Error('send failed', { cause: coded('ECONNREFUSED') });
  expect(explainDynamoError(wrapped, 'T').message).toContain('cannot be reached');
  const both = Object.assign(new AggregateError([new Error('connect ::1'), new Error('b')]), {
    code: 'ECONNREFUSED',
  });
  expect(explainDynamoError(both, 'T').message).toContain('connect ::1');
});

test('what is explained already stays as it is', () => {
  const error = new OperatorError('a', 'b');
  expect(explainDynamoError(error, 'T')).toBe(error);
});
