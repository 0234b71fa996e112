import type { ResolvedChannel } from '../desired.ts';
import { hashText } from '../hash.ts';
import type { Instant } from '../instant.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import type { Wave, WaveSpec } from './rollout.ts';

/** Whether a revision of its channel is to reach it: not one that git gave up, or that takes none. */
export function isFollower(situation: Situation, channel: string): boolean {
  const { spec, standing, machine, record } = situation;
  if (!('channel' in spec.image) || spec.image.channel !== channel) return false;
  if (standing.kind === 'orphaned' || spec.lifecycle !== 'active') return false;
  if (spec.upgrade.when === 'never' || isSuspended(situation)) return false;
  return machine !== undefined || record.replacement !== undefined;
}

/** What the machines in no wave of git's follow in. */
const lastWave: WaveSpec = { name: 'rest', percent: 100 };

/** Going back to what was proven before takes no watching. */
const backWaves: readonly WaveSpec[] = [{ name: 'back', percent: 100 }];

/**
 * Chooses the members of each wave, once for a rollout: by selector, or a part of those that no
 * earlier wave has, rounded up. Who is among the first differs from image to image.
 */
export function chooseWaves(
  { waves }: Pick<ResolvedChannel, 'waves'>,
  imageId: string,
  followers: readonly Situation[],
  isProven: boolean,
): readonly Wave[] {
  const specs = isProven ? backWaves : [...waves, lastWave];
  let left = sortedByTurn(followers, imageId);
  const chosen = specs.map((spec): Wave => {
    const members = membersOf(spec, left);
    const taken = new Set(members);
    left = left.filter((one) => !taken.has(one));
    const { name, bake } = spec;
    const names = members.map(({ record }) => record.name);
    const watched = bake === undefined ? {} : { bake };
    return { name, members: names, updated: [], left: [], ...watched };
  });
  const last = chosen.at(-1);
  return !isProven && last?.members.length === 0 ? chosen.slice(0, -1) : chosen;
}

function sortedByTurn(followers: readonly Situation[], imageId: string): readonly Situation[] {
  const turns = new Map(
    followers.map((one) => [one, hashText(`${imageId}/${one.record.name}`, 12)]),
  );
  return followers.toSorted((one, other) =>
    (turns.get(one) ?? '') < (turns.get(other) ?? '') ? -1 : 1,
  );
}

function membersOf(
  { selector, percent = 100 }: WaveSpec,
  left: readonly Situation[],
): readonly Situation[] {
  if (selector === undefined) return left.slice(0, Math.ceil((percent * left.length) / 100));
  const wanted = Object.entries(selector);
  return left.filter(({ spec }) => wanted.every(([key, value]) => spec.labels[key] === value));
}

/** A wave that begins now. */
export function begunWave(wave: Wave, now: Instant, deadlineAt: Instant): Wave {
  return wave.startedAt === undefined ? { ...wave, startedAt: now, deadlineAt } : wave;
}
