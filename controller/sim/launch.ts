import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { takeCapacity } from './capacity.ts';
import { ec2Error } from './errors.ts';
import { bootAt, replanHost } from './host.ts';
import { architectureOf } from './instance-types.ts';
import { toReservation } from './instance-views.ts';
import { type LaunchDevice, launchVolume, planDevices } from './launch-devices.ts';
import { isInstanceVisible, powerOf } from './lifecycle.ts';
import { refuseSickZone } from './outages.ts';
import { letGo } from './power.ts';
import { checkAddresses, checkInstanceQuotas, exceedsStorage } from './quotas.ts';
import { getImage } from './resources.ts';
import { mintId, never, type Scene } from './scene.ts';
import type { SimImage, SimInstance, SimMetadataOptions, SimSubnet, SimVolume } from './state.ts';
import type { LaunchFate, LaunchFlaw } from './stored-conditions.ts';
import { checkMetadataKeys, specifiedTags } from './tags.ts';
import { checkToken, rememberToken, tokenKey } from './tokens.ts';
import { noteUid } from './uids.ts';
import { hiddenAtFirst } from './visibility.ts';
import { isUnusableKey } from './volumes.ts';

/** Everything RunInstances asks for, checked; nothing of the account has changed yet. */
interface LaunchPlan {
  readonly input: RunInstancesRequest;
  readonly count: number;
  readonly type: string;
  readonly image: SimImage;
  readonly subnet: SimSubnet;
  readonly metadata: SimMetadataOptions;
  readonly tags: Record<string, string>;
  readonly volumeTags: Record<string, string>;
  readonly devices: readonly LaunchDevice[];
}

/** RunInstances. The token holds in the subnet's zone: in another zone it launches again. */
export function runInstances(scene: Scene, input: RunInstancesRequest): Reservation {
  const subnet = findSubnet(scene, input);
  const key = tokenKey('RunInstances', subnet.az, input.ClientToken);
  const known = checkToken(scene, key, input);
  if (known !== undefined) return replay(scene, known);
  const plan = planLaunch(scene, input, subnet);
  refuseSickZone(scene, subnet.az);
  checkInstanceQuotas(scene, plan.type, plan.count);
  checkAddresses(scene, subnet, plan.count);
  takeCapacity(scene, subnet.az, plan.type, plan.count);
  const reservationId = mintId(scene, 'r');
  const launched: SimInstance[] = [];
  for (let index = 0; index < plan.count; index += 1)
    launched.push(launch(scene, plan, reservationId));
  rememberToken(
    scene,
    key,
    input,
    launched.map(({ id }) => id),
  );
  return toReservation(scene, launched);
}

function replay(scene: Scene, ids: readonly string[]): Reservation {
  const instances = ids.flatMap((id) => scene.state.instances[id] ?? []);
  const isDead = instances.some(
    (instance) =>
      !isInstanceVisible(scene, instance) || powerOf(instance, scene.now) === 'terminated',
  );
  if (isDead || instances.length === 0) {
    const message = 'The client token belongs to an instance that has been terminated';
    throw ec2Error('IdempotentInstanceTerminated', message);
  }
  return toReservation(scene, instances);
}

function findSubnet(scene: Scene, input: RunInstancesRequest): SimSubnet {
  const id = input.SubnetId;
  const subnet = id === undefined ? undefined : scene.state.subnets[id];
  if (subnet !== undefined) return subnet;
  if (id === undefined) {
    throw ec2Error('MissingInput', 'No subnets found for the default VPC: name a subnet.');
  }
  throw ec2Error('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
}

function planLaunch(scene: Scene, input: RunInstancesRequest, subnet: SimSubnet): LaunchPlan {
  const { MinCount: least, MaxCount: count } = input;
  if (least === undefined || count === undefined) {
    throw ec2Error(
      'MissingParameter',
      'The request must contain the parameters MinCount, MaxCount',
    );
  }
  if (least < 1 || count < least) {
    throw ec2Error('InvalidParameterValue', `Value (${least}..${count}) for counts is invalid`);
  }
  const image = usableImage(scene, input.ImageId);
  const type = usableType(input.InstanceType ?? 'm1.small', image);
  for (const id of input.SecurityGroupIds ?? []) {
    if (scene.state.securityGroups[id] === undefined) {
      throw ec2Error('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    }
  }
  const metadata = metadataOf(input);
  const tags = specifiedTags(input.TagSpecifications, 'instance');
  if (metadata.instanceTags === 'enabled') checkMetadataKeys(tags);
  const volumeTags = specifiedTags(input.TagSpecifications, 'volume');
  const devices = planDevices(image, input.BlockDeviceMappings ?? []);
  return { input, count, type, image, subnet, metadata, tags, volumeTags, devices };
}

function usableImage(scene: Scene, id: string | undefined): SimImage {
  if (id === undefined) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter ImageId');
  }
  const image = getImage(scene, id);
  if (image.state !== 'available') {
    throw ec2Error('InvalidAMIID.Unavailable', `The image '${id}' is not available`);
  }
  return image;
}

function usableType(type: string, image: SimImage): string {
  const architecture = architectureOf(type);
  if (architecture === undefined) {
    throw ec2Error('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
  }
  if (architecture !== image.architecture) {
    const message = `The type is ${architecture}, the AMI ${image.architecture}`;
    throw ec2Error('InvalidParameterValue', message);
  }
  return type;
}

function metadataOf({ MetadataOptions: options = {} }: RunInstancesRequest): SimMetadataOptions {
  const hopLimit = options.HttpPutResponseHopLimit ?? 1;
  if (hopLimit < 1 || hopLimit > 64) {
    throw ec2Error('InvalidParameterValue', 'HttpPutResponseHopLimit must be 1 to 64');
  }
  return {
    httpTokens: options.HttpTokens === 'required' ? 'required' : 'optional',
    hopLimit,
    httpEndpoint: options.HttpEndpoint === 'disabled' ? 'disabled' : 'enabled',
    instanceTags: options.InstanceMetadataTags === 'enabled' ? 'enabled' : 'disabled',
  };
}

function launch(scene: Scene, plan: LaunchPlan, reservationId: string): SimInstance {
  const { input, subnet, image } = plan;
  const id = mintId(scene, 'i');
  const fate = fateOf(scene, plan);
  const flaw = isFlaw(fate) ? fate : image.flaw;
  const settlesAt = fate === 'sticks' ? never : scene.now + scene.delays.launchMs;
  const place = { az: subnet.az, instanceId: id, tags: plan.volumeTags };
  const volumes = plan.devices.map((device) => launchVolume(scene, place, device));
  const instance: SimInstance = {
    id,
    reservationId,
    imageId: image.id,
    architecture: image.architecture,
    type: plan.type,
    az: subnet.az,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    privateIp: takeAddress(subnet),
    securityGroups: [...(input.SecurityGroupIds ?? [])],
    instanceProfileArn: profileArn(scene, input),
    userData: input.UserData,
    metadata: plan.metadata,
    shutdownBehaviour:
      input.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    clientToken: input.ClientToken ?? '',
    rootDeviceName: image.rootDeviceName,
    tags: { ...plan.tags },
    launchedAt: scene.now,
    power: { passing: 'pending', settled: 'running', since: scene.now, settlesAt },
    transitionReason: '',
    poweredBy: scene.actor,
    volumeIds: volumes.map((volume) => volume.id),
    boot: bootAt(scene, { id, flaw }, 1, settlesAt),
    impaired: false,
    ...(flaw && { flaw }),
    ...(image.failsAfterMinutes && { failsAfterMs: image.failsAfterMinutes * 60_000 }),
    protection: {
      stop: input.DisableApiStop === true,
      terminate: input.DisableApiTermination === true,
    },
    ...hiddenAtFirst(scene),
  };
  if (fate !== undefined && fate !== 'sticks' && !isFlaw(fate)) letDie(instance, volumes, fate);
  scene.state.instances[id] = instance;
  noteUid(scene.state, 'instances', instance);
  replanHost(scene, instance);
  return instance;
}

/** What comes between this launch and a running machine. */
function fateOf(scene: Scene, plan: LaunchPlan): LaunchFate | undefined {
  const fate = scene.state.conditions.fates.launch.shift();
  if (fate !== undefined) return fate;
  const sizeGib = plan.devices.reduce((sum, device) => sum + device.sizeGib, 0);
  if (exceedsStorage(scene, sizeGib)) return 'Client.VolumeLimitExceeded';
  // A key that does not work shows as a launch that dies (UG23).
  const isBad = plan.devices.some(({ kmsKeyId }) => isUnusableKey(scene, kmsKeyId));
  return isBad ? 'Client.InternalError' : undefined;
}

function isFlaw(fate: LaunchFate | undefined): fate is LaunchFlaw {
  return fate === 'unbootable' || fate === 'home-fails';
}

/** Lets a launch that was answered end in `terminated` instead of `running`. */
function letDie(instance: SimInstance, volumes: readonly SimVolume[], code: string): void {
  instance.power = { ...instance.power, settled: 'terminated' };
  instance.reason = { code, message: `${code}: the launch failed (simulated)` };
  instance.transitionReason = code;
  for (const volume of volumes) letGo(volume, instance.power.settlesAt);
}

function profileArn(scene: Scene, { IamInstanceProfile: profile }: RunInstancesRequest) {
  if (profile?.Arn !== undefined) return profile.Arn;
  if (profile?.Name === undefined) return undefined;
  return `arn:aws:iam::${scene.state.account}:instance-profile/${profile.Name}`;
}

function takeAddress(subnet: SimSubnet): string {
  // AWS keeps the first four addresses of a subnet.
  const host = subnet.nextHost;
  subnet.nextHost += 1;
  return `10.${subnet.index}.${Math.floor(host / 250)}.${4 + (host % 250)}`;
}
