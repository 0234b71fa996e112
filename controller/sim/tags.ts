import type { CreateTagsRequest, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { replanHost } from './host.ts';
import { findResource } from './resources.ts';
import type { Scene } from './scene.ts';
import { noteUid } from './uids.ts';
import { changeTags } from './visibility.ts';

const maxTags = 50;
/** The API model's length; the guide says 128. */
const maxKeyLength = 127;
const maxValueLength = 256;
/** What instance metadata can show; a slash in a key makes the launch fail. */
const metadataKey = /^[0-9a-zA-Z\-_+=,.@:]{1,255}$/;

/** Tags as EC2 answers them. */
export function toTagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Checks tags as EC2 does and returns them over those that are there. Changes nothing. */
export function mergeTags(
  present: Readonly<Record<string, string>>,
  wanted: readonly Tag[],
): Record<string, string> {
  const merged: Record<string, string> = { ...present };
  for (const { Key: key = '', Value: value = '' } of wanted) {
    checkTag(key, value);
    merged[key] = value;
  }
  if (Object.keys(merged).length > maxTags) {
    throw ec2Error('TagLimitExceeded', `The maximum number of tags (${maxTags}) was exceeded.`);
  }
  return merged;
}

function checkTag(key: string, value: string): void {
  if (key.toLowerCase().startsWith('aws:')) {
    throw ec2Error('InvalidTagKey.Malformed', `Tag keys starting with 'aws:' are reserved: ${key}`);
  }
  if (key === '' || key.length > maxKeyLength) {
    throw ec2Error('InvalidParameterValue', `Tag key exceeds 1 to ${maxKeyLength} characters`);
  }
  if (value.length > maxValueLength) {
    throw ec2Error('InvalidParameterValue', `Tag value exceeds ${maxValueLength} characters`);
  }
}

/** Refuses keys that instance metadata cannot show (kubernetes-sigs/karpenter#1527). */
export function checkMetadataKeys(tags: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(tags)) {
    if (!metadataKey.test(key) || key === '.' || key === '..' || key === '_index') {
      throw ec2Error('InvalidParameterValue', `'${key}' is not a valid tag key for metadata tags`);
    }
  }
}

/** The tags that a create call's TagSpecifications give to resources of one type. */
export function specifiedTags(
  specifications: readonly TagSpecification[] | undefined,
  type: ResourceType,
): Record<string, string> {
  let tags: Record<string, string> = {};
  for (const specification of specifications ?? []) {
    if (specification.ResourceType === type) tags = mergeTags(tags, specification.Tags ?? []);
  }
  return tags;
}

/** CreateTags: all resources or none. */
export function createTags(scene: Scene, input: CreateTagsRequest): object {
  const found = (input.Resources ?? []).map((id) => findResource(scene, id));
  if (found.length === 0) {
    throw ec2Error('MissingParameter', 'The request must contain the parameter resourceIdSet');
  }
  const merged = found.map(({ resource, kind }) => {
    const tags = mergeTags(resource.tags, input.Tags ?? []);
    if (kind === 'instance' && resource.metadata.instanceTags === 'enabled') {
      checkMetadataKeys(tags);
    }
    return tags;
  });
  for (const [index, { resource, kind }] of found.entries()) {
    changeTags(scene, resource, merged[index] ?? resource.tags);
    if (kind === 'instance') replanHost(scene, resource);
    if (kind === 'instance') noteUid(scene.state, 'instances', resource);
    if (kind === 'volume') noteUid(scene.state, 'volumes', resource);
  }
  return {};
}
