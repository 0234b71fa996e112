import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { ParameterNotFound, SSMServiceException } from '@aws-sdk/client-ssm';
import { STSServiceException } from '@aws-sdk/client-sts';

export type ServiceName = 'ec2' | 'ssm' | 'sts';

/**
 * Codes that are not 400. EC2 counts want of capacity and its own throttling as the server's fault
 * (AWS errors-overview; the SDK retries them silently).
 */
const statusOfCode: ReadonlyMap<string, number> = new Map([
  ['InsufficientInstanceCapacity', 500],
  ['InsufficientVolumeCapacity', 500],
  ['InsufficientHostCapacity', 500],
  ['InternalError', 500],
  ['InternalFailure', 500],
  ['InternalServerError', 500],
  ['RequestLimitExceeded', 503],
  ['ServiceUnavailable', 503],
  ['Unavailable', 503],
  ['AuthFailure', 401],
  ['UnauthorizedOperation', 403],
  ['AccessDenied', 403],
  ['ExpiredToken', 403],
  ['DryRunOperation', 412],
]);

/** An error as the service's client throws it: `name` is AWS's code. */
export function serviceError(service: ServiceName, code: string, message: string): Error {
  const httpStatusCode = statusOfCode.get(code) ?? 400;
  const options = {
    name: code,
    $fault: httpStatusCode < 500 ? ('client' as const) : ('server' as const),
    message,
    $metadata: { httpStatusCode, attempts: 1, totalRetryDelay: 0 },
  };
  if (service === 'ec2') return new EC2ServiceException(options);
  if (service === 'sts') return new STSServiceException(options);
  return code === 'ParameterNotFound'
    ? new ParameterNotFound(options)
    : new SSMServiceException(options);
}

/** An error of EC2. */
export function ec2Error(code: string, message: string): Error {
  return serviceError('ec2', code, message);
}

/** What the SDK's HTTP handler throws when no answer came in time. */
export function timeoutError(): Error {
  const error = new Error('the simulated connection timed out: the answer never came');
  return Object.assign(error, { name: 'TimeoutError' });
}

/** What the SDK's HTTP handler throws when the connection broke: it renames ECONNRESET so. */
export function connectionLostError(): Error {
  const error = new Error('read ECONNRESET (simulated)');
  return Object.assign(error, { name: 'TimeoutError', code: 'ECONNRESET' });
}
