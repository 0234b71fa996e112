import type { ResolvedChannel } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { Rollout } from '../core/rollout/rollout.ts';
import type { ChannelProblem, MemberStatus, WaveStatus } from '../core/rollout/rollout-status.ts';
import type { FilePlace } from '../core/spec/schedule-place.ts';
import { localMoment } from './local-time.ts';
import { visible } from './visible.ts';

/** What texts about a channel say beside its status. */
export interface ChannelContext {
  readonly now: Instant;
  /** As git describes it; undefined where no file does. */
  readonly spec: ResolvedChannel | undefined;
  /** Its file; with a place where that pins an image. */
  readonly file: string | FilePlace | undefined;
}

/** A moment of a channel, whose machines may be in many zones: in UTC. */
export function channelMoment(at: Instant, now: Instant): string {
  return localMoment(at, now, 'UTC');
}

/** Other people's text, and the moments in it, which are UTC as in JSON, as people say them. */
export function saidText(text: string, now: Instant): string {
  const moments = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
  return visible(text).replace(moments, (at) => channelMoment(at, now));
}

/** An image with its name, where that is known. */
export function imageText({ imageId, name }: { readonly imageId: string; readonly name?: string }) {
  return name === undefined || name === '' ? imageId : `${imageId} (${visible(name)})`;
}

/** `wave canary (1 of 2)`: of a change, or of a rollout the one it has come to. */
export function waveText(wave: {
  readonly name: string;
  readonly position: number;
  readonly count: number;
}): string {
  return `wave ${visible(wave.name)} (${wave.position} of ${wave.count})`;
}

/** The wave that a rollout has come to. */
export function currentWaveText({ waves, current }: Pick<Rollout, 'waves' | 'current'>): string {
  const name = waves[current]?.name ?? '';
  return waveText({ name, position: current + 1, count: waves.length });
}

/** How many of its machines have the revision: `3/5`. Those that follow no more do not count. */
export function countText({ machines }: Pick<WaveStatus, 'machines'>): string {
  return `${machines.filter(hasIt).length}/${machines.filter(counts).length}`;
}

export function hasIt({ state }: MemberStatus): boolean {
  return state === 'updated';
}

export function counts({ state }: MemberStatus): boolean {
  return state !== 'gone';
}

/** What is wrong with the image that a channel names, a line, and a line with what to do. */
export function problemLines(problem: ChannelProblem): readonly [string, string] {
  const { reason, message, remedy } = problem;
  return [`! ${reason}: ${visible(message)}`, `-> ${visible(remedy)}`];
}
