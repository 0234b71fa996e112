import type { FleetEvent } from '../core/event.ts';
import type { Instant } from '../core/instant.ts';

/** The fields of a spec that only a new machine takes over (see `specHash`), as events name them. */
const machineField =
  /^(rootVolume|securityGroups|instanceProfile|kmsKeyId|owner\.(uid|gid|shell|groups|dataMount)|efsMounts|environment|aptMirror)\b/;

/**
 * The newest change of such fields that was told of until then: `rootVolume.sizeGib 150 -> 200`.
 * Undefined where no event tells of one; the hashes of two specs say only that they differ.
 */
export function lastMachineChange(
  events: readonly FleetEvent[],
  until: Instant,
): string | undefined {
  const told = events
    .filter(({ reason, at }) => reason === 'SpecChanged' && at <= until)
    .map(({ message }) => message.split('; ').filter((part) => machineField.test(part)))
    .findLast((parts) => parts.length > 0);
  return told?.join('; ');
}
