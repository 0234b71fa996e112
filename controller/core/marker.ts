import type { Marker } from './record.ts';

/** True where both tie a ledger to the same fleet in the same account and region. */
export function isSameMarker(one: Marker, other: Marker): boolean {
  return one.fleet === other.fleet && one.account === other.account && one.region === other.region;
}

/** For messages: `fleet dev in account 111122223333, eu-west-1`. */
export function describeMarker(marker: Marker): string {
  return `fleet ${marker.fleet} in account ${marker.account}, ${marker.region}`;
}
