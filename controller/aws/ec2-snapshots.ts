import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type DescribeSnapshotsCommandInput,
  type DescribeSnapshotsCommandOutput,
  type Snapshot as Ec2Snapshot,
  type Filter,
} from '@aws-sdk/client-ec2';
import type { Action, Outcome } from '../core/action.ts';
import type { Snapshot } from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
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
import { instantOf, knownOr, tagFilter, tagList, tagsOf } from './ec2-fields.ts';
import { attempt, notSent, type WriteAccess } from './ec2-mutation.ts';
import { classifyError, outcomeOf } from './errors.ts';

const pageSize = 1000;

/** This account's snapshots that the filters match. */
export function listSnapshots(
  access: PacedAccess,
  filters: readonly Filter[],
): Promise<Listing<Snapshot>> {
  return listPages(
    pagesOf(access, { OwnerIds: ['self'], Filters: [...filters], MaxResults: pageSize }),
  );
}

/** Snapshots by id: found, or absent by AWS's own word. */
export function readSnapshots(
  access: PacedAccess,
  ids: readonly string[],
): Promise<ByIdReading<Snapshot>> {
  return readByIds(ids, (some) => readAllPages(pagesOf(access, { SnapshotIds: [...some] })));
}

function pagesOf(access: PacedAccess, input: DescribeSnapshotsCommandInput) {
  return async (token: PageToken) => snapshotPage(await describe(access, { ...input, ...token }));
}

function describe(access: PacedAccess, input: DescribeSnapshotsCommandInput) {
  return read(access, 'DescribeSnapshots', () =>
    access.ec2.send(new DescribeSnapshotsCommand(input)),
  );
}

function snapshotPage(answer: DescribeSnapshotsCommandOutput) {
  const snapshots = (answer.Snapshots ?? []).filter((each) => each.SnapshotId !== undefined);
  return { items: snapshots.map(snapshotOf), nextToken: answer.NextToken };
}

function snapshotOf(snapshot: Ec2Snapshot): Snapshot {
  return {
    id: snapshot.SnapshotId ?? '',
    state: knownOr(snapshot.State, ['pending', 'completed', 'error']),
    volumeId: snapshot.VolumeId ?? '',
    sizeGib: snapshot.VolumeSize ?? 0,
    startedAt: instantOf(snapshot.StartTime),
    encrypted: snapshot.Encrypted ?? false,
    tags: tagsOf(snapshot.Tags),
  };
}

/**
 * Snapshots a home, unless one with this action's token is there: CreateSnapshot has no ClientToken.
 * A second one after a lagging listing costs money and no data.
 */
export async function snapshotHome(
  access: WriteAccess,
  { homeId, description, tags }: Extract<Action, { kind: 'snapshot-home' }>,
): Promise<Outcome> {
  if (!access.mayMutate()) return notSent;
  const earlier = await listSnapshots(access, [
    tagFilter(tagKeys.fleet, access.fleet),
    tagFilter(tagKeys.token, tags[tagKeys.token] ?? ''),
  ]);
  if (earlier.error !== undefined) {
    const { message } = classifyError(earlier.error);
    return { result: 'not-sent', message: `could not look for an earlier attempt: ${message}` };
  }
  const [found] = earlier.items;
  if (found !== undefined) return { result: 'done', snapshotId: found.id };
  const made = await attempt(access, 'CreateSnapshot', () =>
    access.ec2Mutations.send(
      new CreateSnapshotCommand({
        VolumeId: homeId,
        Description: description,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagList(tags) }],
      }),
    ),
  );
  if (made.end === 'not-sent') return notSent;
  if (made.end === 'failed') return outcomeOf(made.error);
  const { SnapshotId: snapshotId } = made.answer;
  if (snapshotId !== undefined) return { result: 'done', snapshotId };
  const message = 'CreateSnapshot answered without a snapshot';
  return { result: 'unknown', code: 'EmptyAnswer', message };
}

/** Deletes a snapshot by one call, without a read: whose it is the plan knows from its tags. */
export async function deleteSnapshot(
  access: WriteAccess,
  { snapshotId }: Extract<Action, { kind: 'delete-snapshot' }>,
): Promise<Outcome> {
  const deleted = await attempt(access, 'DeleteSnapshot', () =>
    access.ec2Mutations.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
  );
  if (deleted.end === 'not-sent') return notSent;
  const isGone = deleted.end === 'answered' || deleted.error.code === 'InvalidSnapshot.NotFound';
  return isGone ? { result: 'done', snapshotId } : outcomeOf(deleted.error);
}
