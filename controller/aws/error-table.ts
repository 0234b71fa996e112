import { refusals } from './error-refusals.ts';
import { type ErrorRule, type RuleOfCodes, triedAgain } from './error-rule.ts';

const mendCredentials =
  'Give valid credentials as for the AWS CLI: a profile, a role or environment variables.';
/** For whatever keeps AWS from being asked at all. */
export const mendEndpoint = 'Check the network, AWS_REGION, and AWS_ENDPOINT_URL where it is set.';

const operator: readonly RuleOfCodes[] = [
  {
    codes: [
      'UnauthorizedOperation',
      'AccessDenied',
      'AccessDeniedException',
      'UnauthorizedAccess',
      'NotAuthorized',
    ],
    class: 'operator',
    cause: 'these credentials lack the permission',
    remedy: 'Allow this role the named action.',
  },
  {
    codes: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
    class: 'operator',
    cause: 'the AWS credentials have expired',
    remedy: 'Log in again or renew them.',
  },
  {
    codes: ['CredentialsProviderError', 'TokenProviderError'],
    class: 'operator',
    cause: 'there are no AWS credentials',
    remedy: mendCredentials,
  },
  {
    codes: [
      'AuthFailure',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'InvalidAccessKeyId',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'InvalidSecurity',
      'Blocked',
    ],
    class: 'operator',
    cause: 'AWS refuses the credentials',
    remedy: mendCredentials,
  },
  {
    codes: ['SignatureDoesNotMatch', 'InvalidSignatureException'],
    class: 'operator',
    cause: 'AWS refuses the signature',
    remedy: "Check the secret key, and that this machine's clock is right.",
  },
  {
    codes: [
      'RequestExpired',
      'RequestInTheFuture',
      'RequestTimeTooSkewed',
      'InvalidTimestamp',
      'AuthFailure.ClockSkew',
    ],
    class: 'operator',
    cause: "this machine's clock differs too much from AWS's",
    remedy: 'Set the clock, for example with NTP.',
  },
  {
    codes: ['OptInRequired', 'PendingVerification', 'InvalidAction', 'UnknownOperationException'],
    class: 'operator',
    cause: 'the account or endpoint does not offer this service here',
    remedy: 'Check the account, AWS_REGION, and AWS_ENDPOINT_URL where it is set.',
  },
  {
    codes: ['RegionMissing', 'InvalidRegion'],
    class: 'operator',
    cause: 'no AWS region is set',
    remedy: 'Set AWS_REGION to the region in the Fleet.',
  },
  {
    // The connection was never made, so not even a mutation can have had an effect.
    codes: [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ERR_INVALID_URL',
    ],
    class: 'operator',
    cause: 'AWS cannot be reached',
    remedy: mendEndpoint,
  },
  {
    codes: [
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    class: 'operator',
    cause: 'the certificate of the endpoint is not trusted',
    remedy: 'Check AWS_ENDPOINT_URL, or trust the certificate with NODE_EXTRA_CA_CERTS.',
  },
];

const passing: readonly RuleOfCodes[] = [
  {
    codes: [
      'RequestLimitExceeded',
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'EC2ThrottledException',
      'TooManyRequestsException',
      'SlowDown',
      'BandwidthLimitExceeded',
      'ProvisionedThroughputExceededException',
    ],
    class: 'throttled',
    cause: 'AWS throttles the calls of this account',
    remedy: `${triedAgain} If it lasts, find what else calls EC2 so often.`,
  },
  {
    codes: [
      'InternalError',
      'InternalFailure',
      'InternalServerError',
      'ServerInternal',
      'Unavailable',
      'ServiceUnavailable',
      'RequestTimeout',
      'RequestTimeoutException',
      'TimeoutError',
      'AbortError',
      'ETIMEDOUT',
      'ECONNRESET',
      'ECONNABORTED',
      'EPIPE',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ERR_SOCKET_CLOSED',
    ],
    class: 'unknown',
    cause: 'AWS did not give an answer',
    remedy: `${triedAgain} If it lasts, look at the network and the health of AWS.`,
  },
];

/**
 * What each code means. Sources: EC2's error-code list and API throttling pages, the SSM, STS and
 * KMS references, Node's system errors, and the SDK's own error names.
 */
export const errorTable: ReadonlyMap<string, ErrorRule> = new Map(
  [...refusals, ...operator, ...passing].flatMap(({ codes, ...rule }) =>
    codes.map((code): [string, ErrorRule] => [code, rule]),
  ),
);

/** What an answer means whose code is not in the table. */
export const unlisted = {
  refused: { class: 'refused', remedy: 'Read the message, and the EC2 documentation of its code.' },
  throttled: { class: 'throttled', remedy: triedAgain },
  unknown: { class: 'unknown', remedy: `${triedAgain} If it lasts, check the health of AWS.` },
} as const satisfies Record<string, ErrorRule>;
