import type { Scene } from './scene.ts';

type Tags = Record<string, string>;

/** How far a resource is known in EC2, whose parts learn of it one after another (EVC). */
export interface Lagging {
  /** Absent where every part knows it. */
  readonly visibility?: Visibility | undefined;
  /** What tag filters still see, oldest first. */
  formerTags?: readonly FormerTags[] | undefined;
}

/** Since when what knows of a resource. */
export interface Visibility {
  /** Describe calls that name its id. */
  readonly readAt: number;
  readonly listedAt: number;
  /** Calls that would change it. */
  readonly changeableAt: number;
}

export interface FormerTags {
  readonly tags: Record<string, string>;
  readonly until: number;
}

/** What a resource that is made now begins with: nothing extra where nothing lags. */
export function hiddenAtFirst({ now, delays }: Scene): {
  readonly visibility?: Visibility;
  readonly formerTags?: readonly FormerTags[];
} {
  const { readLagMs, listLagMs, changeLagMs, tagLagMs } = delays;
  const visibility = {
    readAt: now + readLagMs,
    listedAt: now + listLagMs,
    changeableAt: now + changeLagMs,
  };
  return {
    ...(readLagMs + listLagMs + changeLagMs > 0 && { visibility }),
    ...(tagLagMs > 0 && { formerTags: [{ tags: {}, until: now + tagLagMs }] }),
  };
}

/** True where a call that names the id is not told that there is no such thing. */
export function isKnown({ now, intent }: Scene, { visibility }: Lagging): boolean {
  if (visibility === undefined) return true;
  return now >= (intent === 'read' ? visibility.readAt : visibility.changeableAt);
}

/** True where a listing may have it. */
export function isListed({ now }: Scene, { visibility }: Lagging): boolean {
  return visibility === undefined || now >= visibility.listedAt;
}

/** Sets tags; tag filters see the ones before for a while. */
export function changeTags(scene: Scene, resource: Lagging & { tags: Tags }, tags: Tags): void {
  const { now, delays } = scene;
  if (delays.tagLagMs > 0) {
    const former = (resource.formerTags ?? []).filter(({ until }) => until > now);
    resource.formerTags = [...former, { tags: resource.tags, until: now + delays.tagLagMs }];
  }
  resource.tags = tags;
}

/** The tags that filters see now. */
export function tagsInFilters(now: number, resource: Lagging & { readonly tags: Tags }): Tags {
  return resource.formerTags?.find(({ until }) => now < until)?.tags ?? resource.tags;
}
