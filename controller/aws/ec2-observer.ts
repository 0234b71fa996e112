import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import type {
  Home,
  Interest,
  Machine,
  Observed,
  ReadFailure,
  Snapshot,
  Subnet,
} from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
import { type Observer, OperatorError } from '../ports.ts';
import {
  type ByIdReading,
  type Ec2Access,
  type Listing,
  type PacedAccess,
  read,
  readAllPages,
  readByIds,
} from './ec2-access.ts';
import { tagFilter } from './ec2-fields.ts';
import { listHomes, readHomes, withModifications } from './ec2-homes.ts';
import { readImages } from './ec2-images.ts';
import { listMachines, readMachines, withChecks } from './ec2-machines.ts';
import { listSnapshots, readSnapshots } from './ec2-snapshots.ts';
import { readTypes } from './ec2-types.ts';
import { readUpkeep } from './ec2-upkeep.ts';
import { classifyError, operatorError, readFailure } from './errors.ts';
import { readIdentity } from './sts-identity.ts';
import { apiThrottle } from './throttle.ts';

/**
 * Reads an account through EC2, SSM and STS. It keeps nothing between two observations.
 *
 * A pass makes: GetCallerIdentity; DescribeInstances, a page per 1,000; DescribeVolumes, a page
 * per 500; DescribeVolumesModifications where there is a home; DescribeInstanceStatus per 100
 * running machines; DescribeSubnets per 100 subnets; GetParameters per 10 parameters that name an
 * image; DescribeImages per 100 images; where there is a channel, a listing of its images and one of
 * Image Builder's machines, a page per 1,000; DescribeInstanceTypes per 100 types; DescribeSnapshots
 * per 100 snapshots that something waits for; and reads by id of what the listings left out.
 */
export function ec2Observer(access: Ec2Access): Observer {
  return pacedObserver({ ...access, throttle: apiThrottle(access.clock) });
}

/** The same with a throttle that others share. */
export function pacedObserver(access: PacedAccess): Observer {
  return {
    identity: () => readIdentity(access),
    observe: (interest) => observe(access, interest),
    listSnapshots: (fleet) => listHomeSnapshots(access, fleet),
  };
}

/** Throws an OperatorError where an operator's mistake keeps the machines from being read. */
async function observe(access: PacedAccess, interest: Interest): Promise<Observed> {
  const fleet = tagFilter(tagKeys.fleet, interest.fleet);
  const listedMachines = await listMachines(access, [fleet]);
  throwForOperator(listedMachines);
  const [machines, listedHomes, snapshots, subnets, images, upkeep, types, hosts] =
    await Promise.all([
      readMachinePart(access, listedMachines, interest.machineIds),
      listHomes(access, [fleet, { Name: `tag:${tagKeys.role}`, Values: ['home'] }]),
      readSnapshotPart(access, interest.snapshotIds),
      readSubnets(access, interest.subnetIds),
      readImages(access, interest),
      readUpkeep(access, interest),
      readTypes(access, interest.instanceTypes),
      readHosts(access),
    ]);
  const homeIds = [...interest.homeIds, ...machines.items.flatMap(homeIdsOf)];
  const homes = await readHomePart(access, listedHomes, homeIds);
  return {
    machines: machines.items,
    homes: homes.items,
    snapshots: snapshots.found,
    absent: new Set([...machines.absent, ...homes.absent, ...snapshots.absent]),
    subnets: subnets.found,
    images: images.images,
    stableImages: images.stableImages,
    published: images.published,
    channelImages: upkeep.channelImages,
    builders: upkeep.builders,
    instanceTypes: types.types,
    reports: hosts.reports,
    activity: hosts.activity,
    failures: [
      ...machines.failures,
      ...homes.failures,
      ...snapshots.failures,
      ...subnets.failures,
      ...images.failures,
      ...upkeep.failures,
      ...types.failures,
      ...hosts.failures,
    ],
  };
}

function throwForOperator({ error }: Listing<unknown>): void {
  if (error === undefined) return;
  if (error instanceof OperatorError || classifyError(error).class === 'operator') {
    throw operatorError('listing the machines (EC2 DescribeInstances)', error);
  }
}

/** The home that a machine's tag names: `vol-…` or `vol-…:new`. */
function homeIdsOf({ tags }: { readonly tags: Readonly<Record<string, string>> }): string[] {
  const id = (tags[tagKeys.home] ?? '').split(':')[0];
  return id ? [id] : [];
}

/** A kind of resource as it was read: listed, then by id. */
interface Part<Item> {
  readonly items: readonly Item[];
  readonly absent: readonly string[];
  readonly failures: readonly ReadFailure[];
}

async function readMachinePart(
  access: PacedAccess,
  listing: Listing<Machine>,
  wantedIds: readonly string[],
) {
  const part = await complete(listing, wantedIds, {
    what: 'machines',
    call: 'DescribeInstances',
    readSome: (ids) => readMachines(access, ids),
  });
  const { items, error } = await withChecks(access, part.items);
  const failures = failuresOf('checks', 'DescribeInstanceStatus', [error]);
  return { ...part, items, failures: [...part.failures, ...failures] };
}

async function readHomePart(
  access: PacedAccess,
  listing: Listing<Home>,
  wantedIds: readonly string[],
) {
  const part = await complete(listing, wantedIds, {
    what: 'homes',
    call: 'DescribeVolumes',
    readSome: (ids) => readHomes(access, ids),
  });
  const { items, error } = await withModifications(access, part.items);
  const failures = failuresOf('homes', 'DescribeVolumesModifications', [error]);
  return { ...part, items, failures: [...part.failures, ...failures] };
}

interface ById<Item> {
  readonly what: ReadFailure['what'];
  readonly call: string;
  readonly readSome: (ids: readonly string[]) => Promise<ByIdReading<Item>>;
}

/**
 * Reads by id what the listing left out. Where the listing failed that still finds machines, but
 * nothing counts as absent: absent means asked twice.
 */
async function complete<Item extends { readonly id: string }>(
  listing: Listing<Item>,
  wantedIds: readonly string[],
  { what, call, readSome }: ById<Item>,
): Promise<Part<Item>> {
  const byId = new Map(listing.items.map((item) => [item.id, item]));
  const reading = await readSome(wantedIds.filter((id) => !byId.has(id)));
  for (const item of reading.items) byId.set(item.id, item);
  return {
    items: [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    absent: listing.error === undefined ? reading.absent : [],
    failures: failuresOf(what, call, [listing.error, reading.error]),
  };
}

function failuresOf(
  what: ReadFailure['what'],
  call: string,
  errors: readonly unknown[],
): readonly ReadFailure[] {
  return errors
    .filter((error) => error !== undefined)
    .map((error) => readFailure(what, call, error));
}

/** Snapshots are never listed in a pass: those that something waits for are asked for by id. */
async function readSnapshotPart(access: PacedAccess, ids: readonly string[]) {
  const { items, absent, error } = await readSnapshots(access, ids);
  const found = new Map(items.map((snapshot) => [snapshot.id, snapshot]));
  return { found, absent, failures: failuresOf('snapshots', 'DescribeSnapshots', [error]) };
}

/** Throws an OperatorError where they cannot be listed. */
async function listHomeSnapshots(access: PacedAccess, fleet: string): Promise<readonly Snapshot[]> {
  const { items, error } = await listSnapshots(access, [tagFilter(tagKeys.fleet, fleet)]);
  if (error !== undefined)
    throw operatorError('listing the snapshots (EC2 DescribeSnapshots)', error);
  return items;
}

/** A subnet that does not exist is left out: one class's mistake must not freeze the others. */
async function readSubnets(access: PacedAccess, ids: readonly string[]) {
  const { items, error } = await readByIds(ids, (some) =>
    readAllPages(async (token) => {
      const base = { SubnetIds: [...some] };
      const answer = await read(access, 'DescribeSubnets', () =>
        access.ec2.send(new DescribeSubnetsCommand({ ...base, ...token })),
      );
      return { items: answer.Subnets ?? [], nextToken: answer.NextToken };
    }),
  );
  const found = new Map<string, Subnet>();
  for (const { SubnetId: id, AvailabilityZone: az } of items) {
    if (id !== undefined && az !== undefined) found.set(id, { id, az });
  }
  return { found, failures: failuresOf('subnets', 'DescribeSubnets', [error]) };
}

/** What the hosts tell, where they have somewhere to tell it. */
async function readHosts({
  reports,
  activity,
}: PacedAccess): Promise<
  Pick<Observed, 'reports' | 'activity'> & { readonly failures: readonly ReadFailure[] }
> {
  const told = await hostPart('reports', reports);
  const used = await hostPart('activity', activity);
  return {
    reports: told.found,
    activity: used.found,
    failures: [...told.failures, ...used.failures],
  };
}

async function hostPart<Item>(
  what: 'reports' | 'activity',
  readAll: (() => Promise<ReadonlyMap<string, Item>>) | undefined,
): Promise<{
  readonly found: ReadonlyMap<string, Item> | undefined;
  readonly failures: readonly ReadFailure[];
}> {
  if (readAll === undefined) return { found: undefined, failures: [] };
  try {
    return { found: await readAll(), failures: [] };
  } catch (error) {
    return { found: new Map(), failures: [readFailure(what, `reading ${what}`, error)] };
  }
}
