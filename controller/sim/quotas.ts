import { ec2Error } from './errors.ts';
import { vcpusOf } from './instance-types.ts';
import { isDeleted, powerOf, shapeOf } from './lifecycle.ts';
import type { Scene } from './scene.ts';
import type { SimInstance, SimSubnet } from './state.ts';
import type { QuotaName } from './stored-conditions.ts';

/** Terminated instances count against the quota a while longer (EVC, ERR); no number is given. */
const terminatedCountsMs = 60_000;

/**
 * Throws EC2's error where that many more running machines of a type are beyond a quota. Stopped
 * ones do not count.
 */
export function checkInstanceQuotas(scene: Scene, type: string, count: number): void {
  const { instances: most, vcpus: mostVcpus } = scene.state.conditions.quotas;
  if (most === undefined && mostVcpus === undefined) return;
  const counted = Object.values(scene.state.instances).filter((each) => isCounted(scene, each));
  if (most !== undefined && counted.length + count > most) {
    const message = `Your quota allows for ${most} more running instance(s).`;
    throw ec2Error('InstanceLimitExceeded', message);
  }
  const used = counted.reduce((sum, each) => sum + vcpusOf(each.type), 0);
  if (mostVcpus !== undefined && used + count * vcpusOf(type) > mostVcpus) {
    const message = `You have requested more vCPU capacity than your current limit of ${mostVcpus}`;
    throw ec2Error('VcpuLimitExceeded', message);
  }
}

function isCounted({ now }: Scene, instance: SimInstance): boolean {
  const power = powerOf(instance, now);
  if (power === 'stopped') return false;
  return power !== 'terminated' || now < instance.power.settlesAt + terminatedCountsMs;
}

/** True where that much more storage is beyond the account's quota. */
export function exceedsStorage(scene: Scene, moreGib: number): boolean {
  const most = scene.state.conditions.quotas.volumeGib;
  if (most === undefined) return false;
  const volumes = Object.values(scene.state.volumes).filter((each) => !isDeleted(each, scene.now));
  const used = volumes.reduce((sum, each) => sum + shapeOf(each, scene.now).sizeGib, 0);
  return used + moreGib > most;
}

/** Throws EC2's error where that much more storage is beyond the account's quota. */
export function checkStorage(scene: Scene, moreGib: number): void {
  if (!exceedsStorage(scene, moreGib)) return;
  throw ec2Error('VolumeLimitExceeded', 'The maximum volume storage of this account is reached.');
}

/** Addresses of a subnet that no instance holds; stopped instances keep theirs (ERR, UG23). */
export function freeAddresses(scene: Scene, subnet: SimSubnet): number {
  const { size = 65_531 } = subnet;
  return size - heldAddresses(scene, subnet);
}

/** How many instances hold an address there. */
export function heldAddresses(scene: Scene, subnet: SimSubnet): number {
  const there = Object.values(scene.state.instances).filter(
    ({ subnetId }) => subnetId === subnet.id,
  );
  return there.filter((each) => powerOf(each, scene.now) !== 'terminated').length;
}

/** Throws EC2's error where a subnet has no address left for so many. */
export function checkAddresses(scene: Scene, subnet: SimSubnet, count: number): void {
  if (subnet.size === undefined || freeAddresses(scene, subnet) >= count) return;
  const message = `There are not enough free addresses in subnet '${subnet.id}'.`;
  throw ec2Error('InsufficientFreeAddressesInSubnet', message);
}

/** The most that an account may have of something; undefined where nobody set it. */
export function quotaOf(scene: Scene, name: QuotaName): number | undefined {
  return scene.state.conditions.quotas[name];
}
