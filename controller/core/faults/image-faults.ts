import type { ImageReading } from '../observed.ts';
import type { World } from '../plan/world.ts';
import type { ManifestOf } from '../spec/reading.ts';
import { findManifest, type SpecSources } from '../spec/sources.ts';
import type { Complaint, Place } from './complaint.ts';
import { imageIdPlace, type Subject } from './subject.ts';

/** What a DevInstance's image is blamed on: the channel that it follows, or the id in force. */
export function imageComplaint(
  sources: SpecSources,
  { spec, files }: Subject,
  image: ImageReading | undefined,
): Complaint | undefined {
  if (image === undefined || image.usable) return undefined;
  const channel =
    'channel' in spec.image ? findManifest(sources, 'ImageChannel', spec.image.channel) : undefined;
  return {
    code: 'E_GUARD',
    name: spec.name,
    place: channel === undefined ? imageIdPlace(files) : channelPlace(channel),
    message: image.reason,
    fix: image.remedy,
    hold: 'ImageUnusable',
  };
}

/** Channels without a usable image, whether or not a DevInstance follows them. */
export function channelComplaints(world: World, sources: SpecSources): readonly Complaint[] {
  return [...world.desired.channels.keys()].flatMap((name) => {
    const reading = world.observed.images.get(name);
    const channel = findManifest(sources, 'ImageChannel', name);
    if (reading === undefined || reading.usable || channel === undefined) return [];
    const { reason: message, remedy: fix } = reading;
    const place = channelPlace(channel);
    return [{ code: 'E_GUARD', place, message, fix, hold: 'ImageUnusable' } as const];
  });
}

/** A pin wins over the parameter. */
function channelPlace(manifest: ManifestOf<'ImageChannel'>): Place {
  const isPinned = manifest.spec.pin !== undefined;
  return { manifest, field: ['spec', isPinned ? 'pin' : 'follow'] };
}
