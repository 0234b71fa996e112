/**
 * What an error code of AWS, or of the way there, means to the controller.
 *
 * - `refused`: AWS said no; nothing happened.
 * - `gone`: what the call names does not exist, or no id can look like that; nothing happened.
 * - `already`: the resource is in a state that the call cannot act on, perhaps the wanted one:
 *   read it again before calling it a failure.
 * - `throttled`: refused for the rate of calls alone; nothing happened, and nothing is wrong with
 *   the resource.
 * - `operator`: nothing works, or this call never will, until a person mends it; nothing happened.
 * - `unknown`: no definite answer; the call may have taken effect.
 */
export type ErrorClass = 'refused' | 'gone' | 'already' | 'throttled' | 'operator' | 'unknown';

export interface ErrorRule {
  readonly class: ErrorClass;
  /** True where another zone, another type or a later moment may have room. */
  readonly capacity?: true;
  /** The cause in plain words, for errors whose own text does not say it. */
  readonly cause?: string;
  readonly remedy: string;
}

interface RuleOfCodes extends ErrorRule {
  readonly codes: readonly string[];
}

const mendCredentials =
  'Give valid credentials for the account, as for the AWS CLI: a profile, a role or environment variables.';
/** For whatever keeps AWS from being asked at all. */
export const mendEndpoint = 'Check the network, AWS_REGION, and AWS_ENDPOINT_URL where it is set.';
const mendImage = 'Name an image that exists in this account and region and is available.';
const mendSpec = 'Correct the value in the DevInstance or its class.';
const waits = 'It is tried again by itself.';

const capacity: readonly RuleOfCodes[] = [
  {
    codes: [
      'InsufficientInstanceCapacity',
      'InsufficientCapacity',
      'InsufficientHostCapacity',
      'InsufficientReservedInstanceCapacity',
      'UnfulfillableCapacity',
      'MaxSpotInstanceCountExceeded',
      'SpotMaxPriceTooLow',
    ],
    class: 'refused',
    capacity: true,
    remedy: `${waits} To have it sooner, allow fallback types or more subnets in the class.`,
  },
  {
    codes: ['Unsupported'],
    class: 'refused',
    capacity: true,
    remedy: 'Use an instance type that exists in the zones of the class, or add another subnet.',
  },
  {
    codes: ['InsufficientFreeAddressesInSubnet', 'InsufficientAddressCapacity'],
    class: 'refused',
    capacity: true,
    remedy: 'Free addresses in the subnet (stopped machines keep theirs), or add a subnet.',
  },
  {
    codes: ['InsufficientVolumeCapacity'],
    class: 'refused',
    capacity: true,
    remedy: `${waits} If it lasts, choose another volume type.`,
  },
];

const quotas: readonly RuleOfCodes[] = [
  {
    codes: [
      'InstanceLimitExceeded',
      'VcpuLimitExceeded',
      'InstanceCreditSpecification.NotSupported',
    ],
    class: 'refused',
    remedy: 'Ask AWS for a higher EC2 quota, or retire machines that nobody needs.',
  },
  {
    codes: ['VolumeLimitExceeded', 'VolumeIOPSLimit', 'MaxIOPSLimitExceeded'],
    class: 'refused',
    remedy: 'Ask AWS for a higher EBS quota.',
  },
  {
    codes: ['AttachmentLimitExceeded'],
    class: 'refused',
    remedy: 'Detach other volumes from the machine, or choose a type that takes more.',
  },
  {
    codes: ['TagLimitExceeded'],
    class: 'refused',
    remedy: 'Remove tags of the class: a resource takes at most 50.',
  },
  {
    codes: [
      'SnapshotLimitExceeded',
      'ConcurrentSnapshotLimitExceeded',
      'SnapshotCreationPerVolumeRateExceeded',
      'PendingSnapshotLimitExceeded',
      'VolumeModificationRateExceeded',
      'ParameterMaxVersionLimitExceeded',
      'FilterLimitExceeded',
    ],
    class: 'refused',
    remedy: `${waits} If it lasts, ask AWS for a higher limit.`,
  },
];

const gone: readonly RuleOfCodes[] = [
  {
    codes: [
      'InvalidInstanceID.NotFound',
      'InvalidInstanceID.Malformed',
      'InvalidInstanceId',
      'InvalidVolume.NotFound',
      'InvalidVolumeID.Malformed',
      'InvalidParameterValue.VolumeNotFound',
      'InvalidAttachment.NotFound',
    ],
    class: 'gone',
    remedy: `${waits} A new resource can take minutes to be seen; see it in the EC2 console.`,
  },
  {
    codes: ['InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed', 'InvalidSubnetID.Malformed'],
    class: 'gone',
    remedy: 'Correct the subnets of the class: use ones of this account and region.',
  },
  {
    codes: [
      'InvalidGroup.NotFound',
      'InvalidGroupId.Malformed',
      'InvalidSecurityGroupID.NotFound',
      'InvalidSecurityGroupId.Malformed',
    ],
    class: 'gone',
    remedy: 'Correct the security groups of the class: use ones of the same VPC as its subnets.',
  },
  {
    codes: [
      'InvalidAMIID.NotFound',
      'InvalidAMIID.Unavailable',
      'InvalidAMIID.Malformed',
      'InvalidSnapshot.NotFound',
    ],
    class: 'gone',
    remedy: mendImage,
  },
  {
    codes: ['ParameterNotFound', 'ParameterVersionNotFound', 'ParameterVersionLabelNotFound'],
    class: 'gone',
    remedy: "Create the parameter, or correct the image channel's `follow`.",
  },
];

const states: readonly RuleOfCodes[] = [
  {
    codes: [
      'VolumeInUse',
      'IncorrectState',
      'IncorrectInstanceState',
      'IncorrectModificationState',
      'ConcurrentTagAccess',
    ],
    class: 'already',
    remedy: `${waits} If it lasts, look at the resource in the EC2 console.`,
  },
  {
    codes: ['InvalidVolume.ZoneMismatch'],
    class: 'refused',
    remedy:
      'Machine and home must be in one zone: give the class a subnet in the zone of the home.',
  },
  {
    codes: ['OperationNotPermitted'],
    class: 'refused',
    remedy: "Lift the machine's stop or termination protection in the EC2 console.",
  },
  {
    codes: ['UnsupportedHibernationConfiguration'],
    class: 'refused',
    remedy: 'Hibernation is not used: stop the machine normally.',
  },
  {
    codes: ['IdempotentParameterMismatch', 'IdempotentInstanceTerminated'],
    class: 'refused',
    remedy: `${waits} The next attempt uses a new token.`,
  },
];

const values: readonly RuleOfCodes[] = [
  {
    codes: [
      'InvalidParameterValue',
      'InvalidParameterCombination',
      'InvalidParameter',
      'InvalidInstanceAttributeValue',
      'InvalidInstanceType',
      'UnsupportedOperation',
      'UnsupportedInstanceAttribute',
      'InvalidBlockDeviceMapping',
      'InvalidTagKey.Malformed',
      'InvalidUserData.Malformed',
      'InvalidInput',
      'MissingParameter',
      'UnknownParameter',
      'UnknownVolumeType',
      'MalformedQueryString',
      'ValidationError',
      'ValidationException',
      'InvalidKMSKey',
      'InvalidKMSKey.InvalidState',
    ],
    class: 'refused',
    remedy: mendSpec,
  },
  {
    codes: ['InvalidIamInstanceProfile.NotFound', 'InvalidIamInstanceProfileArn.Malformed'],
    class: 'refused',
    remedy: "Correct the class's instanceProfile, or create that instance profile.",
  },
  {
    codes: ['DryRunOperation'],
    class: 'refused',
    remedy: 'Nothing to do: the call was a rehearsal.',
  },
];

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
    remedy: "Allow this role the named action, as the project's IAM policy does.",
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
    remedy: `${waits} If it lasts, find what else calls EC2 so often, or ask AWS for a higher rate.`,
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
    remedy: `${waits} If it lasts, look at the network and the health of AWS.`,
  },
];

/**
 * What each code means. Sources: EC2's error-code list and API throttling pages, the SSM, STS and
 * KMS references, Node's system errors, and the SDK's own error names.
 */
export const errorTable: ReadonlyMap<string, ErrorRule> = new Map(
  [capacity, quotas, gone, states, values, operator, passing]
    .flat()
    .flatMap(({ codes, ...rule }) => codes.map((code): [string, ErrorRule] => [code, rule])),
);

/** What an answer means whose code is not in the table. */
export const unlisted = {
  refused: { class: 'refused', remedy: 'Read the message, and the EC2 documentation of its code.' },
  throttled: { class: 'throttled', remedy: waits },
  unknown: { class: 'unknown', remedy: `${waits} If it lasts, check the health of AWS.` },
} as const satisfies Record<string, ErrorRule>;
