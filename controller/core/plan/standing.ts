import type { DevInstanceRecord } from '../record.ts';
import type { Standing } from './situation.ts';
import type { Interlock, World } from './world.ts';

/** How a recorded DevInstance stands in the specs; an interlock keeps what would be orphaned anew. */
export function standingOf(
  world: World,
  record: DevInstanceRecord,
  brake: Interlock | undefined,
): Standing {
  const wanted = world.desired.devInstances.get(record.name);
  if (wanted !== undefined) {
    if (wanted.owner.name === record.owner) return { kind: 'wanted' };
    const message = `the spec names owner ${wanted.owner.name}, it belongs to ${record.owner}`;
    return { kind: 'kept', reason: 'OwnerChanged', message };
  }
  const problem = world.desired.invalid.get(record.name);
  if (problem !== undefined) return { kind: 'kept', reason: 'InvalidSpec', message: problem };
  // Nothing below says that the file is back.
  if (record.orphanedAt !== undefined) return { kind: 'orphaned' };
  const { incomplete } = world.desired;
  if (incomplete !== undefined) {
    return { kind: 'kept', reason: 'InvalidSpec', message: incomplete };
  }
  if (brake !== undefined && brake.reason !== 'InterlockUnhealthy') {
    return {
      kind: 'kept',
      reason: brake.reason,
      message: 'its file is gone; an interlock keeps it',
    };
  }
  return { kind: 'orphaned' };
}
