import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { errorTable } from '../../controller/aws/error-table.ts';
import { classifyError, operatorError, outcomeOf } from '../../controller/aws/errors.ts';
import { OperatorError } from '../../controller/ports.ts';

function answer(name: string, httpStatusCode: number, message = 'AWS says so'): Error {
  const $fault = httpStatusCode < 500 ? 'client' : 'server';
  return new EC2ServiceException({ name, $fault, message, $metadata: { httpStatusCode } });
}

function withCode(code: string, message = ''): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  // Want of capacity is a definite no although it comes as a server error.
  ['InsufficientInstanceCapacity', 500, 'refused', true],
  ['InsufficientVolumeCapacity', 500, 'refused', true],
  ['Unsupported', 400, 'refused', true],
  ['InsufficientFreeAddressesInSubnet', 400, 'refused', true],
  ['VcpuLimitExceeded', 400, 'refused', false],
  ['VolumeLimitExceeded', 400, 'refused', false],
  ['RequestLimitExceeded', 503, 'throttled', false],
  ['InternalError', 500, 'unknown', false],
  ['Unavailable', 503, 'unknown', false],
  ['SomethingNew', 500, 'unknown', false],
  ['SomethingNew', 400, 'refused', false],
  ['SomethingNew', 429, 'throttled', false],
  ['InvalidSnapshot.InUse', 400, 'refused', false],
  ['InvalidInstanceID.NotFound', 400, 'gone', false],
  ['InvalidInstanceID.Malformed', 400, 'gone', false],
  ['VolumeInUse', 400, 'already', false],
  ['UnauthorizedOperation', 403, 'operator', false],
  ['AuthFailure', 401, 'operator', false],
  ['ExpiredToken', 403, 'operator', false],
  ['RequestExpired', 400, 'operator', false],
])('%s with status %i is %s, capacity %s', (name, status, kind, capacity) => {
  const classified = classifyError(answer(name, status));
  expect(classified).toMatchObject({ class: kind, capacity, code: name });
  expect(classified.remedy).not.toBe('');
});

test.each([
  ['a refused connection', withCode('ECONNREFUSED'), 'operator'],
  ['a name without an address', withCode('ENOTFOUND', 'getaddrinfo ENOTFOUND'), 'operator'],
  ['a lost connection', Object.assign(withCode('ECONNRESET'), { name: 'TimeoutError' }), 'unknown'],
  ['a time-out', Object.assign(new Error('too slow'), { name: 'TimeoutError' }), 'unknown'],
  ['an answer that is no XML', new SyntaxError('Unexpected token <'), 'unknown'],
  ['something that is no error', 'boom', 'unknown'],
  ['a missing region', new Error('Region is missing'), 'operator'],
  ['a cause inside', new Error('outer', { cause: withCode('ENOTFOUND') }), 'operator'],
])('%s is %s', (_what, error, kind) => {
  expect(classifyError(error).class).toBe(kind);
});

test('every code has a remedy of one line that ends as a sentence', () => {
  for (const [code, { remedy }] of errorTable) {
    expect(`${code}: ${remedy}`).toMatch(/^[^\n]+: [A-Z][^\n]*\.$/);
  }
});

test('a throttled mutation was not sent, so no failure is counted', () => {
  const outcome = outcomeOf(classifyError(answer('RequestLimitExceeded', 503)));
  expect(outcome).toMatchObject({ result: 'not-sent' });
});

test('a mutation without an answer is unknown, not refused', () => {
  expect(outcomeOf(classifyError(answer('InternalError', 500))).result).toBe('unknown');
});

test('a missing permission names the action and hides the encoded part', () => {
  const error = answer(
    'UnauthorizedOperation',
    403,
    'You are not authorized to perform: ec2:RunInstances.\n Encoded authorization failure message: AbCd',
  );
  expect(classifyError(error).message).toBe(
    'these credentials lack the permission: You are not authorized to perform: ec2:RunInstances.',
  );
});

test('an error outside the table is told by code and status', () => {
  const { message } = classifyError(answer('NotFound', 404, 'Unknown'));
  expect(message).toBe('NotFound (HTTP 404): Unknown');
});

test('a time-out is told without the names of the SDK', () => {
  const text = '@smithy/node-http-handler - [ERROR] a request has exceeded 5000 ms.';
  const error = Object.assign(new Error(text), { name: 'TimeoutError' });
  expect(classifyError(error).message).toBe(
    'AWS did not give an answer: a request has exceeded 5000 ms.',
  );
});

test('a refused connection on every address is told in one line', () => {
  const inner = [withCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:1')];
  const error = Object.assign(new AggregateError(inner, ''), { code: 'ECONNREFUSED' });
  const told = operatorError('asking', error);
  expect(told).toBeInstanceOf(OperatorError);
  expect(told.message).toBe('asking failed: AWS cannot be reached: connect ECONNREFUSED ::1:1');
  expect(told.remedy).toContain('AWS_ENDPOINT_URL');
});

test('an OperatorError stays as it is', () => {
  const error = new OperatorError('cause', 'remedy');
  expect(operatorError('asking', error)).toBe(error);
  expect(classifyError(error)).toMatchObject({ class: 'operator', message: 'cause' });
});
