import type { ResolvedChannel } from '../desired.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { ImageReading } from '../observed.ts';

type Image = Pick<Extract<ImageReading, { usable: true }>, 'createdAt'>;

/** The moment from which an image launches nothing new; undefined where its channel sets no limit. */
export function bestBefore(
  { createdAt }: Image,
  { bestBeforeMinutes }: Pick<ResolvedChannel, 'bestBeforeMinutes'>,
): Instant | undefined {
  return bestBeforeMinutes === undefined
    ? undefined
    : plusMillis(createdAt, bestBeforeMinutes * minuteMs);
}

/** Whether an image is too old to be launched. */
export function isExpired(
  image: Image,
  channel: Pick<ResolvedChannel, 'bestBeforeMinutes'>,
  now: Instant,
): boolean {
  const end = bestBefore(image, channel);
  return end !== undefined && now >= end;
}
