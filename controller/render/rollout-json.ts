import type { Rollout } from '../core/rollout/rollout.ts';
import type { RolloutStatus, WaveStatus } from '../core/rollout/rollout-status.ts';
import type { ChannelContext } from './rollout-words.ts';

/** Grows when a field's meaning changes; new fields do not count. */
const schemaVersion = 1;

/** Channels with their rollouts as one JSON object a line. */
export function rolloutNdjson(
  statuses: readonly RolloutStatus[],
  contextOf: (channel: string) => ChannelContext,
): string {
  return statuses
    .map((status) => ({ schemaVersion, ...rolloutRecord(status, contextOf(status.channel).spec) }))
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

/** A channel with its rollout, whole, in fields that do not change. */
export function rolloutRecord(
  status: RolloutStatus,
  spec?: ChannelContext['spec'],
): Readonly<Record<string, unknown>> {
  const { channel, named, isPinned, record, waves, waiting, problems, imageAgeHours } = status;
  const { rollout, completed, former, denied } = record;
  return {
    channel,
    named,
    isPinned,
    imageAgeHours,
    stable: completed,
    former: former ?? [],
    denied: denied ?? [],
    abortOnFailures: spec?.abortOnFailures,
    rollout: rollout && withoutWaves(rollout),
    waves: waves.map(waveRecord),
    waiting,
    problems,
  };
}

function withoutWaves(rollout: Rollout): Readonly<Record<string, unknown>> {
  const { waves: _waves, ...rest } = rollout;
  return rest;
}

/** Who is in it is said with each one's state. */
function waveRecord(wave: WaveStatus): Readonly<Record<string, unknown>> {
  const { members: _members, updated: _updated, left: _left, ...rest } = wave;
  return rest;
}
