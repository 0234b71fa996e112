import { pino } from 'pino';
import type { DesiredFleet } from '../core/desired.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';

/**
 * Logs how old the image of each channel is that has an `ageAlert`: one JSON line each with
 * `imageAgeHours`, which a metric filter reads. A warning once it is too old.
 */
export function logImageAges(
  rollouts: readonly RolloutStatus[],
  { channels }: Pick<DesiredFleet, 'channels'>,
  write: (line: string) => void,
): void {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  for (const { channel, imageAgeHours, named, problems } of rollouts) {
    if (channels.get(channel)?.ageAlertMinutes === undefined) continue;
    if (imageAgeHours === undefined || named?.usable !== true) continue;
    const isTooOld = problems.some(({ reason }) => reason === 'ImageTooOld');
    const age = Math.round(imageAgeHours * 100) / 100;
    const fields = { channel, imageId: named.imageId, imageAgeHours: age };
    if (isTooOld) logger.warn(fields, 'image age');
    else logger.info(fields, 'image age');
  }
}
