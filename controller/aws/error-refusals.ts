import { type RuleOfCodes, triedAgain } from './error-rule.ts';

const mendImage = 'Name an image that exists in this account and region and is available.';
const mendSpec = 'Correct the value in the DevInstance or its class.';

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
    remedy: `${triedAgain} To have it sooner, allow fallback types or more subnets in the class.`,
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
    remedy: `${triedAgain} If it lasts, choose another volume type.`,
  },
];

const quotas: readonly RuleOfCodes[] = [
  {
    codes: ['InstanceLimitExceeded', 'VcpuLimitExceeded'],
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
      'FilterLimitExceeded',
    ],
    class: 'refused',
    remedy: `${triedAgain} If it lasts, ask AWS for a higher limit.`,
  },
];

const parameters: readonly RuleOfCodes[] = [
  {
    codes: ['TooManyUpdates'],
    class: 'refused',
    cause: 'somebody else writes this parameter too',
    remedy: `${triedAgain} If it lasts, find who else writes it.`,
  },
  {
    codes: ['ParameterLimitExceeded'],
    class: 'refused',
    remedy: 'Delete parameters that nobody reads, or ask AWS for a higher SSM quota.',
  },
  {
    codes: ['ParameterMaxVersionLimitExceeded'],
    class: 'refused',
    remedy: "Take the label off the parameter's oldest version, so that SSM can drop that version.",
  },
  {
    codes: [
      'HierarchyLevelLimitExceededException',
      'HierarchyTypeMismatchException',
      'IncompatiblePolicyException',
      'InvalidAllowedPatternException',
      'InvalidKeyId',
      'ParameterPatternMismatchException',
      'UnsupportedParameterType',
    ],
    class: 'refused',
    remedy:
      "Let the image channel's `publish` name a plain String parameter, or delete the one there is: it is written anew.",
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
    remedy: `${triedAgain} A new resource can take minutes to be seen; see it in the EC2 console.`,
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
    remedy: `${triedAgain} If it lasts, look at the resource in the EC2 console.`,
  },
  {
    codes: ['InvalidSnapshot.InUse'],
    class: 'refused',
    cause: 'an image is made of this snapshot',
    remedy: 'Deregister the image that uses the snapshot, or keep both: no home depends on it.',
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
    remedy:
      "Lift the protection in the EC2 console: a machine's against stop or termination, an image's against deregistration.",
  },
  {
    codes: ['UnsupportedHibernationConfiguration'],
    class: 'refused',
    remedy: 'Hibernation is not used: stop the machine normally.',
  },
  {
    codes: ['IdempotentParameterMismatch', 'IdempotentInstanceTerminated'],
    class: 'refused',
    remedy: `${triedAgain} The next attempt uses a new token.`,
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

/** The codes with which AWS says no to one call and one resource. */
export const refusals: readonly RuleOfCodes[] = [
  ...capacity,
  ...quotas,
  ...parameters,
  ...gone,
  ...states,
  ...values,
];
