import {
  DescribeVolumesCommand,
  type DescribeVolumesCommandInput,
  type DescribeVolumesCommandOutput,
  DescribeVolumesModificationsCommand,
  type Filter,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { Home } from '../core/observed.ts';
import {
  type ByIdReading,
  type Listing,
  listPages,
  type PacedAccess,
  type PageToken,
  read,
  readAllPages,
  readByIds,
} from './ec2-access.ts';
import { instantOf, knownOr, tagsOf } from './ec2-fields.ts';

const pageSize = 500;

/** All volumes that the filters match. */
export function listHomes(access: PacedAccess, filters: readonly Filter[]): Promise<Listing<Home>> {
  return listPages(pagesOf(access, { Filters: [...filters], MaxResults: pageSize }));
}

/** Volumes by id: found, or absent by AWS's own word. */
export function readHomes(access: PacedAccess, ids: readonly string[]): Promise<ByIdReading<Home>> {
  return readByIds(ids, (some) => readAllPages(pagesOf(access, { VolumeIds: [...some] })));
}

function pagesOf(access: PacedAccess, input: DescribeVolumesCommandInput) {
  return async (token: PageToken) => homePage(await describe(access, { ...input, ...token }));
}

function describe(access: PacedAccess, input: DescribeVolumesCommandInput) {
  return read(access, 'DescribeVolumes', () => access.ec2.send(new DescribeVolumesCommand(input)));
}

function homePage(answer: DescribeVolumesCommandOutput) {
  const volumes = (answer.Volumes ?? []).filter((each) => each.VolumeId !== undefined);
  return { items: volumes.map(homeOf), nextToken: answer.NextToken };
}

/** A volume in the controller's words; its modification is read apart. */
export function homeOf(volume: Volume): Home {
  return {
    id: volume.VolumeId ?? '',
    state: knownOr(volume.State, [
      'creating',
      'available',
      'in-use',
      'deleting',
      'deleted',
      'error',
    ]),
    az: volume.AvailabilityZone ?? '',
    sizeGib: volume.Size ?? 0,
    type: volume.VolumeType ?? '',
    ...(volume.Iops === undefined ? {} : { iops: volume.Iops }),
    ...(volume.Throughput === undefined ? {} : { throughput: volume.Throughput }),
    encrypted: volume.Encrypted ?? false,
    multiAttach: volume.MultiAttachEnabled ?? false,
    createdAt: instantOf(volume.CreateTime),
    tags: tagsOf(volume.Tags),
    attachments: (volume.Attachments ?? []).map((attachment) => ({
      instanceId: attachment.InstanceId ?? '',
      deviceName: attachment.Device ?? '',
      state: knownOr(attachment.State, ['attaching', 'attached', 'detaching', 'detached', 'busy']),
    })),
  };
}

/**
 * The homes with the modifications that are not over. EC2 finds those by state in one listing of
 * the region; asking by volume would take a call per hundred homes.
 */
export async function withModifications(
  access: PacedAccess,
  homes: readonly Home[],
): Promise<Listing<Home>> {
  if (homes.length === 0) return { items: [] };
  const { items, error } = await listPages(async (token) => {
    const answer = await read(access, 'DescribeVolumesModifications', () =>
      access.ec2.send(
        new DescribeVolumesModificationsCommand({
          Filters: [{ Name: 'modification-state', Values: ['modifying', 'optimizing'] }],
          MaxResults: pageSize,
          ...token,
        }),
      ),
    );
    return { items: answer.VolumesModifications ?? [], nextToken: answer.NextToken };
  });
  const states = new Map(items.map((each) => [each.VolumeId, each.ModificationState]));
  const modified = homes.map((home): Home => {
    const state = states.get(home.id);
    return state === 'modifying' || state === 'optimizing' ? { ...home, modifying: state } : home;
  });
  return error === undefined ? { items: modified } : { items: modified, error };
}
