import type {
  InstanceBlockDeviceMappingSpecification,
  ModifyInstanceAttributeRequest,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { architectureOf } from './instance-types.ts';
import { attachedVolumes, attachmentOf, isGoing, powerOf } from './lifecycle.ts';
import { getInstance } from './resources.ts';
import type { Scene } from './scene.ts';
import type { SimAttachment, SimInstance } from './state.ts';

/** ModifyInstanceAttribute for type, DeleteOnTermination and protection: one attribute a call. */
export function modifyInstanceAttribute(
  scene: Scene,
  input: ModifyInstanceAttributeRequest,
): object {
  const instance = getInstance(scene, input.InstanceId);
  const { InstanceType: type, BlockDeviceMappings: mappings } = input;
  const { DisableApiStop: noStop, DisableApiTermination: noTermination } = input;
  const given = [type, mappings, noStop, noTermination].filter((each) => each !== undefined);
  if (given.length > 1) {
    const message = 'Fields for multiple attribute types specified';
    throw ec2Error('InvalidParameterCombination', message);
  }
  const { stop = false, terminate = false } = instance.protection ?? {};
  if (type !== undefined) setType(scene, instance, type.Value ?? '');
  else if (mappings !== undefined) setMappings(scene, instance, mappings);
  else if (noStop !== undefined) instance.protection = { stop: noStop.Value === true, terminate };
  else if (noTermination !== undefined) {
    instance.protection = { stop, terminate: noTermination.Value === true };
  } else throw ec2Error('InvalidParameterCombination', 'No attributes specified.');
  return {};
}

function setType(scene: Scene, instance: SimInstance, type: string): void {
  if (powerOf(instance, scene.now) !== 'stopped') {
    const message = `The instance '${instance.id}' is not in the 'stopped' state.`;
    throw ec2Error('IncorrectInstanceState', message);
  }
  if (architectureOf(type) !== instance.architecture) {
    const message = `Invalid value '${type}' for InstanceType (${instance.architecture})`;
    throw ec2Error('InvalidInstanceAttributeValue', message);
  }
  instance.type = type;
}

function setMappings(
  scene: Scene,
  instance: SimInstance,
  mappings: readonly InstanceBlockDeviceMappingSpecification[],
): void {
  if (isGoing(instance)) {
    const message = `The instance '${instance.id}' is being terminated.`;
    throw ec2Error('IncorrectInstanceState', message);
  }
  const attachments = mappings.map((mapping) => attachmentAt(scene, instance, mapping));
  for (const [index, attachment] of attachments.entries()) {
    // The API's default is true: an omitted value endangers the volume.
    attachment.deleteOnTermination = mappings[index]?.Ebs?.DeleteOnTermination ?? true;
  }
}

function attachmentAt(
  scene: Scene,
  instance: SimInstance,
  { DeviceName: deviceName = '' }: InstanceBlockDeviceMappingSpecification,
): SimAttachment {
  for (const volume of attachedVolumes(scene, instance)) {
    const attachment = attachmentOf(volume, scene.now);
    if (attachment?.deviceName === deviceName) return attachment;
  }
  const message = `No device is currently mapped at ${deviceName}`;
  throw ec2Error('InvalidInstanceAttributeValue', message);
}
