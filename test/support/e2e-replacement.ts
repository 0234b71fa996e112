import type { Instance } from '@aws-sdk/client-ec2';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import { type E2eFleet, type Endpoint, makeE2eFleet } from './e2e-fleet.ts';
import {
  type FleetHistory,
  publishImage,
  putParameter,
  readFleetHistory,
  tagsOf,
} from './moto-account.ts';
import { isMutation, type ProxyRules, type WireCall } from './recording-proxy.ts';

export const settle = ['controller', '--until-settled'] as const;

/** What the replacement of a running machine changes in EC2, in order. */
export const replaced = [
  'StopInstances',
  'CreateSnapshot',
  'RunInstances',
  'DetachVolume',
  'AttachVolume',
];

/** How long a machine is kept that was replaced. */
export const windowMinutes = 60;

/** A fleet of ada-01 alone, which follows a channel of its own and is replaced at any time. */
export interface ReplacedFleet extends E2eFleet {
  /** Names another image in its channel; its id. */
  publish(): Promise<string>;
  /** Has the program read snapshots as pending that moto completes at once. */
  holdSnapshotsPending(isHeld: boolean): void;
  history(): Promise<FleetHistory>;
  /** The same a line each: machines and images by the order they were made in, homes, snapshots. */
  look(): Promise<readonly string[]>;
}

/** Copies the specs; nothing is made of them yet. */
export async function makeReplacedFleet(
  moto: Endpoint,
  name: string,
  rules: ProxyRules = {},
): Promise<ReplacedFleet> {
  const { endpoint, network } = moto;
  let arePending = false;
  const rewrite = ({ action }: WireCall, body: string) =>
    arePending && action === 'DescribeSnapshots' ? body.replace(/completed/g, 'pending') : body;
  const fleet = await makeE2eFleet(moto, {
    fleet: name,
    only: ['ada-01'],
    rules: { ...rules, rewrite },
  });
  const { edit } = fleet.folder;
  const parameter = `/e2e/${name}/candidate`;
  await putParameter(endpoint, parameter, network.imageId);
  await edit('images/ubuntu-24.04.yaml', /follow: .*/, `follow: ${parameter}`);
  const upgrade = `upgrade: {when: any-time}\n  rollbackWindow: ${windowMinutes}m`;
  await edit('classes/standard.yaml', /upgrade: .*/, upgrade);
  const images = [network.imageId];
  const history = () => readFleetHistory(endpoint, name);
  return {
    ...fleet,
    history,
    publish: async () => {
      const imageId = await publishImage(endpoint, { parameter, name: `${name}-${images.length}` });
      images.push(imageId);
      return imageId;
    },
    holdSnapshotsPending: (isHeld) => {
      arePending = isHeld;
    },
    look: async () => linesOf(await history(), images),
  };
}

function linesOf(history: FleetHistory, images: readonly string[]): readonly string[] {
  const { machines, homes, snapshots } = history;
  const inOrder = [...machines].sort((a, b) => ordinalOf(a) - ordinalOf(b));
  return [
    ...inOrder.map((machine) => machineLine(machine, history, images)),
    ...homes.map(({ State }) => `home ${State}`),
    ...snapshots.map(
      (snapshot) => `${tagsOf(snapshot)[tagKeys.purpose]} snapshot ${snapshot.State}`,
    ),
  ];
}

function machineLine(machine: Instance, history: FleetHistory, images: readonly string[]): string {
  const { InstanceId, State } = machine;
  const device = homeDeviceOf(machine);
  const home = device?.DeleteOnTermination ? 'a home that goes with it' : 'the home';
  const root = history.roots.find(({ Attachments }) => Attachments?.[0]?.InstanceId === InstanceId);
  return [
    `${ordinalOf(machine)} ${State?.Name}${hasHome(machine, history) ? ` with ${home}` : ''}`,
    `image ${images.indexOf(machine.ImageId ?? '') + 1}`,
    ...(root === undefined ? [] : [`root ${root.Size}`]),
  ].join(', ');
}

function homeDeviceOf({ BlockDeviceMappings = [] }: Instance) {
  return BlockDeviceMappings.find(({ DeviceName }) => DeviceName === homeDeviceName)?.Ebs;
}

/** Whether a machine and a home of its fleet both say that the one is attached to the other. */
export function hasHome(machine: Instance, { homes }: FleetHistory): boolean {
  const device = homeDeviceOf(machine);
  return homes.some(({ VolumeId, Attachments = [] }) =>
    Attachments.some(
      ({ InstanceId }) => InstanceId === machine.InstanceId && VolumeId === device?.VolumeId,
    ),
  );
}

function ordinalOf(machine: Instance): number {
  return Number(tagsOf(machine)[tagKeys.ordinal]);
}

/** What a run of the program changed in EC2, and how it ended. */
export async function runAndSee(fleet: ReplacedFleet, ...command: readonly string[]) {
  const before = fleet.calls.length;
  const end = await fleet.run(...command);
  const changes = fleet.calls.slice(before).filter(isChange);
  return { ...end, changes: changes.map(({ action }) => action) };
}

export function isChange(call: WireCall): boolean {
  return call.service === 'ec2' && isMutation(call);
}
