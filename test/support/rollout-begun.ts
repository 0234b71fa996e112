import type { Replacement } from '../../controller/core/record.ts';
import type { PassReport } from '../../controller/pass.ts';
import type { Rig } from './rig.ts';
import { channelOf, recordOf } from './rollout-rig.ts';

/** That what a pass began for the sake of an image was its rollout's to begin. */
export async function checkBegun(rig: Rig, { world }: PassReport): Promise<void> {
  const underWay = await replacementsFor(rig);
  const begun = underWay.filter(({ since, oldId }) => {
    const before = [...world.records.values()].map(({ replacement }) => replacement);
    return since === world.now && !before.some((one) => one?.oldId === oldId);
  });
  if (begun.length === 0) return;
  const { rollout, completed, denied = [] } = await recordOf(rig);
  const { pin, maxConcurrent } = channelOf(rig);
  for (const { oldId, target } of begun) {
    const { imageId } = target.image;
    const wrong = (what: string) => new Error(`${oldId} begins with ${imageId}: ${what}`);
    if (imageId === rollout?.revision.imageId) {
      const { state, paused } = rollout;
      const isHeld = state === 'Paused' && paused?.actor !== undefined;
      if (state === 'Degraded' || state === 'Aborted' || isHeld) throw wrong(`it is ${state}`);
    }
    const isDenied = denied.some((one) => one.imageId === imageId);
    if (isDenied && imageId !== completed?.imageId && imageId !== pin) throw wrong('it is denied');
  }
  if (underWay.length > maxConcurrent) {
    throw new Error(`${underWay.length} at once, maxConcurrent is ${maxConcurrent}`);
  }
}

/** Those under way that bring another image, and neither a person nor a failure asked for. */
async function replacementsFor(rig: Rig): Promise<readonly Replacement[]> {
  const { instances } = rig.truth();
  return (await rig.ledger.records()).flatMap(({ record: { replacement } }) => {
    if (replacement === undefined || replacement.back !== undefined) return [];
    const { isUrgent, requestId, oldId, target } = replacement;
    const isSame = instances[oldId]?.imageId === target.image.imageId;
    return isUrgent === true || requestId !== undefined || isSame ? [] : [replacement];
  });
}
