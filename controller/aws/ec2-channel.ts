import { CreateTagsCommand, DeregisterImageCommand, type Image } from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Outcome } from '../core/action.ts';
import { firstFew } from '../core/first-few.ts';
import { type ChannelAction, imageInUse } from '../core/rollout/channel-action.ts';
import { tagKeys } from '../core/tags.ts';
import { tagList, tagsOf } from './ec2-fields.ts';
import { readImagesById } from './ec2-images.ts';
import { listMachines } from './ec2-machines.ts';
import { attempt, changed, endOf, notSent, unread, type WriteAccess } from './ec2-mutation.ts';
import { readIdentity } from './sts-identity.ts';

type Of<Kind extends ChannelAction['kind']> = Extract<ChannelAction, { kind: Kind }>;

/** Performs one action for an image channel. Every kind is named here. */
export async function performOnChannel(
  access: WriteAccess,
  action: ChannelAction,
): Promise<Outcome> {
  switch (action.kind) {
    case 'publish-image':
      return publishImage(access, action);
    case 'tag-image':
      return tagImage(access, action);
    case 'deregister-image':
      return deregisterImage(access, action);
  }
}

/** Writes the parameter whatever it holds: a repeat only makes one more version of the same value. */
async function publishImage(
  access: WriteAccess,
  { parameter, imageId }: Of<'publish-image'>,
): Promise<Outcome> {
  return endOf(
    await attempt(access, 'PutParameter', () =>
      access.ssmMutations.send(
        new PutParameterCommand({
          Name: parameter,
          Value: imageId,
          Type: 'String',
          // Of `aws:ec2:image` SSM would answer before it has looked at the value.
          DataType: 'text',
          Overwrite: true,
        }),
      ),
    ),
  );
}

/** Tags an image that reads as this account's and this fleet's right before. */
async function tagImage(access: WriteAccess, action: Of<'tag-image'>): Promise<Outcome> {
  const { imageId, phase } = action;
  const { image, outcome } = await reread(access, imageId);
  if (image === undefined) return outcome ?? changed(`image ${imageId} is not there`);
  if (tagsOf(image.Tags)[tagKeys.fleet] !== access.fleet) {
    return notOurs(`image ${imageId} does not carry the tag ${tagKeys.fleet}=${access.fleet}`);
  }
  return endOf(
    await attempt(access, 'CreateTags', () =>
      access.ec2Mutations.send(
        new CreateTagsCommand({ Resources: [imageId], Tags: tagList({ [tagKeys.phase]: phase }) }),
      ),
    ),
  );
}

/**
 * Deregisters an image with its snapshots, after reading right before that it is this account's, that
 * it carries the tags of this fleet and channel, and that no machine of the account is made of it.
 */
async function deregisterImage(
  access: WriteAccess,
  { imageId, channel }: Of<'deregister-image'>,
): Promise<Outcome> {
  const { image, outcome } = await reread(access, imageId);
  if (image === undefined) return outcome ?? { result: 'done' };
  if (image.State === 'disabled') return changed(`somebody has disabled image ${imageId}`);
  const tags = tagsOf(image.Tags);
  if (tags[tagKeys.fleet] !== access.fleet || tags[tagKeys.channel] !== channel) {
    return changed(`image ${imageId} no longer carries the tags of channel ${channel}`);
  }
  const users = await listMachines(access, [{ Name: 'image-id', Values: [imageId] }]);
  if (users.error !== undefined) return unread(users.error);
  const machines = users.items.filter(({ state }) => state !== 'terminated').map(({ id }) => id);
  if (machines.length > 0) {
    return refused(
      imageInUse,
      `image ${imageId} still has machines: ${firstFew(machines)}`,
      'Nothing to do: it is kept until the last of them is terminated.',
    );
  }
  const deregistered = await attempt(access, 'DeregisterImage', () =>
    access.ec2Mutations.send(
      new DeregisterImageCommand({ ImageId: imageId, DeleteAssociatedSnapshots: true }),
    ),
  );
  const isGone = deregistered.end === 'failed' && deregistered.error.class === 'gone';
  return isGone ? { result: 'done' } : endOf(deregistered);
}

/** An image of this account; or how the action ends; neither where AWS says that there is none. */
interface Reread {
  readonly image?: Image;
  readonly outcome?: Outcome;
}

/** Reads an image by id right before it is changed. What cannot be read is not acted on. */
async function reread(access: WriteAccess, imageId: string): Promise<Reread> {
  // Without the lease, nothing that a read could say would be acted on.
  if (!access.mayMutate()) return { outcome: notSent };
  const { items, error } = await readImagesById(access, [imageId], { IncludeDisabled: true });
  if (error !== undefined) return { outcome: unread(error) };
  const image = items.find(({ ImageId }) => ImageId === imageId);
  // A whole answer may also leave out what is gone. Were it there, the next listing would have it.
  if (image === undefined || image.State === 'deregistered') return {};
  const account = await accountOf(access);
  if (typeof account !== 'string') return { outcome: account };
  if (image.OwnerId === account) return { image };
  return { outcome: notOurs(`image ${imageId} belongs to account ${image.OwnerId}`) };
}

async function accountOf(access: WriteAccess): Promise<string | Outcome> {
  try {
    return (await readIdentity(access)).account;
  } catch (error) {
    return unread(error);
  }
}

function notOurs(message: string): Outcome {
  const remedy =
    'Build the images of the channel in this account, with the tags of its fleet and channel.';
  return refused('ImageNotOurs', message, remedy);
}

function refused(code: string, message: string, remedy: string): Outcome {
  return { result: 'refused', code, message, capacity: false, remedy };
}
