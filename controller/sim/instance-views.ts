import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
  InstanceBlockDeviceMapping,
  InstanceStatus,
  InstanceStatusSummary,
  Reservation,
} from '@aws-sdk/client-ec2';
import { type FilterFields, toPredicate } from './filters.ts';
import { asType } from './instance-types.ts';
import {
  attachedVolumes,
  attachmentOf,
  attachmentStateOf,
  isInstanceVisible,
  powerOf,
  shownTags,
  toInstanceState,
} from './lifecycle.ts';
import { refuseSickRead } from './outages.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { getInstances } from './resources.ts';
import type { Scene } from './scene.ts';
import type { SimInstance } from './state.ts';
import { toTagList } from './tags.ts';
import { isListed, tagsInFilters } from './visibility.ts';

function fieldsAt(scene: Scene): FilterFields<SimInstance> {
  return {
    'instance-id': ({ id }) => [id],
    'instance-state-name': (instance) => [powerOf(instance, scene.now)],
    'instance-state-code': (instance) => [
      String(toInstanceState(powerOf(instance, scene.now)).Code),
    ],
    'availability-zone': ({ az }) => [az],
    'instance-type': ({ type }) => [type],
    'image-id': ({ imageId }) => [imageId],
    'subnet-id': ({ subnetId }) => [subnetId],
    'vpc-id': ({ vpcId }) => [vpcId],
    'client-token': ({ clientToken }) => [clientToken],
    'reservation-id': ({ reservationId }) => [reservationId],
    'private-ip-address': ({ privateIp }) => [privateIp],
    'block-device-mapping.volume-id': (instance) =>
      attachedVolumes(scene, instance).map(({ id }) => id),
  };
}

/** The instances a Describe call means: named ones, or all that are listed; then the filters. */
function select(
  scene: Scene,
  ids: readonly string[] | undefined,
  filters: DescribeInstancesRequest['Filters'],
): SimInstance[] {
  const asked = ids ?? [];
  const found =
    asked.length > 0
      ? getInstances(scene, asked)
      : Object.values(scene.state.instances).filter(
          (instance) =>
            isInstanceVisible(scene, instance) &&
            isListed(scene, instance) &&
            !scene.quirks.hidden.has(instance.id),
        );
  refuseSickRead(scene, asked.length > 0 ? found.map(({ az }) => az) : 'all');
  const tagsOf = (instance: SimInstance) => {
    const shown = shownTags(scene, instance);
    return shown === instance.tags ? tagsInFilters(scene.now, instance) : shown;
  };
  return found.filter(toPredicate(filters, fieldsAt(scene), tagsOf));
}

/** DescribeInstances. */
export function describeInstances(
  scene: Scene,
  input: DescribeInstancesRequest,
): DescribeInstancesResult {
  refuseIdsWithPage(input.InstanceIds, input, 'instancesSet');
  const selected = select(scene, input.InstanceIds, input.Filters);
  const { items, ...rest } = pageOf(scene, input, selected);
  const reservations = new Map<string, SimInstance[]>();
  for (const instance of items) {
    const together = reservations.get(instance.reservationId);
    if (together === undefined) reservations.set(instance.reservationId, [instance]);
    else together.push(instance);
  }
  return { Reservations: [...reservations.values()].map((r) => toReservation(scene, r)), ...rest };
}

/** Instances of one launch as EC2 answers them. */
export function toReservation(scene: Scene, instances: readonly SimInstance[]): Reservation {
  return {
    ...(instances[0] && { ReservationId: instances[0].reservationId }),
    OwnerId: scene.state.account,
    Groups: [],
    Instances: instances.map((instance) => toInstance(scene, instance)),
  };
}

function toInstance(scene: Scene, instance: SimInstance): Instance {
  const { now, state } = scene;
  const power = powerOf(instance, now);
  const { metadata, instanceProfileArn } = instance;
  // A launch that will die does not say so before.
  const { reason } = power === 'pending' ? {} : instance;
  const isGone = power === 'terminated';
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: toInstanceState(power),
    ...(reason && { StateReason: { Code: reason.code, Message: reason.message } }),
    StateTransitionReason: power === 'pending' ? '' : instance.transitionReason,
    InstanceType: asType(instance.type),
    Architecture: instance.architecture === 'arm64' ? 'arm64' : 'x86_64',
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.az, Tenancy: 'default', GroupName: '' },
    ...(!isGone && {
      SubnetId: instance.subnetId,
      VpcId: instance.vpcId,
      PrivateIpAddress: instance.privateIp,
    }),
    SecurityGroups: instance.securityGroups.map((id) => ({
      GroupId: id,
      GroupName: state.securityGroups[id]?.name ?? id,
    })),
    ...(instanceProfileArn && { IamInstanceProfile: { Arn: instanceProfileArn } }),
    ClientToken: instance.clientToken,
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: isGone ? [] : toMappings(scene, instance),
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    EbsOptimized: false,
    MetadataOptions: {
      State: power === 'pending' ? 'pending' : 'applied',
      HttpTokens: metadata.httpTokens,
      HttpPutResponseHopLimit: metadata.hopLimit,
      HttpEndpoint: metadata.httpEndpoint,
      InstanceMetadataTags: metadata.instanceTags,
    },
    Monitoring: { State: 'disabled' },
    Tags: toTagList(shownTags(scene, instance)),
  };
}

function toMappings(scene: Scene, instance: SimInstance): InstanceBlockDeviceMapping[] {
  return attachedVolumes(scene, instance).flatMap((volume) => {
    const attachment = attachmentOf(volume, scene.now);
    if (attachment === undefined) return [];
    const state = attachmentStateOf(attachment, scene.now);
    return {
      DeviceName: attachment.deviceName,
      Ebs: {
        VolumeId: volume.id,
        AttachTime: new Date(attachment.since),
        DeleteOnTermination: attachment.deleteOnTermination,
        // The instance's side of the model has no `busy`.
        Status: state === 'busy' ? 'detaching' : state,
      },
    };
  });
}

/** DescribeInstanceStatus: running instances only, unless all are asked for. */
export function describeInstanceStatus(
  scene: Scene,
  input: DescribeInstanceStatusRequest,
): DescribeInstanceStatusResult {
  refuseIdsWithPage(input.InstanceIds, input, 'instancesSet');
  const selected = select(scene, input.InstanceIds, input.Filters).filter(
    (instance) => input.IncludeAllInstances === true || powerOf(instance, scene.now) === 'running',
  );
  const { items, ...rest } = pageOf(scene, input, selected);
  return { InstanceStatuses: items.map((instance) => toStatus(scene, instance)), ...rest };
}

function toStatus(scene: Scene, instance: SimInstance): InstanceStatus {
  const power = powerOf(instance, scene.now);
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.az,
    InstanceState: toInstanceState(power),
    InstanceStatus: checkOf(scene, instance, instanceCheck(scene.now, instance)),
    SystemStatus: checkOf(scene, instance, 'ok'),
  };
}

type CheckEnd = 'ok' | 'impaired' | 'initializing';

/** How the check of the operating system ends, if it does. */
function instanceCheck(now: number, instance: SimInstance): CheckEnd {
  const { flaw, impaired, failsAfterMs = Number.POSITIVE_INFINITY, power } = instance;
  if (flaw === 'unbootable') return 'initializing';
  return impaired || now >= power.settlesAt + failsAfterMs ? 'impaired' : 'ok';
}

const reachability = { ok: 'passed', impaired: 'failed', initializing: 'initializing' } as const;

function checkOf(scene: Scene, instance: SimInstance, end: CheckEnd): InstanceStatusSummary {
  if (powerOf(instance, scene.now) !== 'running') return { Status: 'not-applicable' };
  const isOver = scene.now >= instance.power.settlesAt + scene.delays.checksMs;
  const Status = isOver ? end : 'initializing';
  return { Status, Details: [{ Name: 'reachability', Status: reachability[Status] }] };
}
