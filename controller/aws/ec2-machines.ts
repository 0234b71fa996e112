import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  type DescribeInstancesCommandOutput,
  type Filter,
  type Instance,
  type InstanceStatus,
} from '@aws-sdk/client-ec2';
import type { Machine } from '../core/observed.ts';
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

/** EC2's ceiling for a page. Pages end with their token alone, whatever was asked for. */
const pageSize = 1000;

/** All instances that the filters match, in any state that the API still shows. */
export function listMachines(
  access: PacedAccess,
  filters: readonly Filter[],
): Promise<Listing<Machine>> {
  return listPages(pagesOf(access, { Filters: [...filters], MaxResults: pageSize }));
}

/** Instances by id: found, or absent by AWS's own word. */
export function readMachines(
  access: PacedAccess,
  ids: readonly string[],
): Promise<ByIdReading<Machine>> {
  // EC2 refuses MaxResults together with ids, so the pages here are as large as it likes.
  return readByIds(ids, (some) => readAllPages(pagesOf(access, { InstanceIds: [...some] })));
}

function pagesOf(access: PacedAccess, input: DescribeInstancesCommandInput) {
  return async (token: PageToken) => machinePage(await describe(access, { ...input, ...token }));
}

function describe(access: PacedAccess, input: DescribeInstancesCommandInput) {
  return read(access, 'DescribeInstances', () =>
    access.ec2.send(new DescribeInstancesCommand(input)),
  );
}

function machinePage(answer: DescribeInstancesCommandOutput) {
  const instances = (answer.Reservations ?? []).flatMap((each) => each.Instances ?? []);
  return {
    items: instances.filter((each) => each.InstanceId !== undefined).map(machineOf),
    nextToken: answer.NextToken,
  };
}

/** An instance in the controller's words; its status checks are read apart. */
export function machineOf(instance: Instance): Machine {
  const reason = instance.StateReason;
  return {
    id: instance.InstanceId ?? '',
    state: knownOr(instance.State?.Name, [
      'pending',
      'running',
      'shutting-down',
      'terminated',
      'stopping',
      'stopped',
    ]),
    ...(reason?.Code ? { stateReason: { code: reason.Code, message: reason.Message ?? '' } } : {}),
    type: instance.InstanceType ?? '',
    ...(instance.Architecture ? { architecture: instance.Architecture } : {}),
    imageId: instance.ImageId ?? '',
    az: instance.Placement?.AvailabilityZone ?? '',
    ...(instance.SubnetId ? { subnetId: instance.SubnetId } : {}),
    ...(instance.PrivateIpAddress ? { privateIp: instance.PrivateIpAddress } : {}),
    launchedAt: instantOf(instance.LaunchTime),
    ...stopTimeIn(instance.StateTransitionReason),
    tags: tagsOf(instance.Tags),
    devices: (instance.BlockDeviceMappings ?? []).map((device) => ({
      deviceName: device.DeviceName ?? '',
      volumeId: device.Ebs?.VolumeId ?? '',
      // Unsaid counts as true, so that a home's mapping gets its explicit false.
      deleteOnTermination: device.Ebs?.DeleteOnTermination ?? true,
    })),
    ...(instance.RootDeviceName ? { rootDeviceName: instance.RootDeviceName } : {}),
    checks: 'none',
  };
}

/** EC2 dates a stop through its API in words: `User initiated (2026-11-23 09:00:00 GMT)`. */
function stopTimeIn(reason = ''): Pick<Machine, 'stoppedAt'> {
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(reason) ?? [];
  const stoppedAt = new Date(`${date}T${time}Z`);
  return Number.isNaN(stoppedAt.getTime()) ? {} : { stoppedAt: stoppedAt.toISOString() };
}

/** The machines with the status checks of those that run. */
export async function withChecks(
  access: PacedAccess,
  machines: readonly Machine[],
): Promise<Listing<Machine>> {
  const running = machines.filter(({ state }) => state === 'running').map(({ id }) => id);
  const { items, error } = await readByIds(running, (ids) => readStatuses(access, ids));
  const checks = new Map(items.map((status) => [status.InstanceId, checksOf(status)]));
  const checked = machines.map((machine) => ({
    ...machine,
    checks: checks.get(machine.id) ?? machine.checks,
  }));
  return error === undefined ? { items: checked } : { items: checked, error };
}

/** DescribeInstanceStatus knows no tag filter, so it is asked by id. */
async function readStatuses(access: PacedAccess, ids: readonly string[]) {
  const listing = await listPages<InstanceStatus>(async (token) => {
    const answer = await read(access, 'DescribeInstanceStatus', () =>
      access.ec2.send(
        new DescribeInstanceStatusCommand({
          InstanceIds: [...ids],
          ...token,
        }),
      ),
    );
    return { items: answer.InstanceStatuses ?? [], nextToken: answer.NextToken };
  });
  if (listing.error !== undefined) throw listing.error;
  return listing.items;
}

/** The worse of the system's and the instance's check; a status of a newer kind is not yet ok. */
function checksOf(status: InstanceStatus): Machine['checks'] {
  const both: readonly (string | undefined)[] = [
    status.SystemStatus?.Status,
    status.InstanceStatus?.Status,
  ];
  if (both.includes('impaired')) return 'impaired';
  if (both.every((each) => each === 'ok')) return 'ok';
  return both.every((each) => each === 'not-applicable') ? 'none' : 'initializing';
}
