import { type Instant, minuteMs, plusMillis } from '../core/instant.ts';
import { durationText } from '../core/plan/describe.ts';
import { isActive, isHalted, isOver, type Rollout } from '../core/rollout/rollout.ts';
import type {
  MemberState,
  MemberStatus,
  RolloutStatus,
  WaveStatus,
} from '../core/rollout/rollout-status.ts';
import { alignedLines } from './aligned.ts';
import type { Paint } from './paint.ts';
import { adviceOn } from './rollout-advice.ts';
import {
  type ChannelContext,
  channelMoment,
  countText,
  imageText,
  problemLines,
  saidText,
} from './rollout-words.ts';
import { visible } from './visible.ts';

/** How many machines of a wave are named. */
const named = 5;

/** A channel with its rollout, for a terminal: a headline, a line a wave, and what to know and to do. */
export function rolloutText(status: RolloutStatus, context: ChannelContext, paint: Paint): string {
  const { rollout } = status.record;
  const lines = [
    ...(rollout === undefined
      ? [namedText(status, context)]
      : rolloutLines(status, rollout, context)),
    ...status.problems
      .flatMap(problemLines)
      .map((line) => (line.startsWith('!') ? paint.yellow(line) : line)),
  ];
  const head = colourOf(rollout, paint)(headline(status, rollout, context));
  return [head, ...lines.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

function colourOf(rollout: Rollout | undefined, paint: Paint): (text: string) => string {
  if (rollout === undefined || isActive(rollout)) {
    return rollout?.state === 'Paused' ? paint.yellow : paint.bold;
  }
  return isHalted(rollout) ? paint.red : paint.bold;
}

function headline(
  { channel }: RolloutStatus,
  rollout: Rollout | undefined,
  { now }: ChannelContext,
): string {
  if (rollout === undefined) return `${channel} no rollout yet`;
  const { number, revision, state, waves, current, endedAt } = rollout;
  const name = revision.name === '' ? '' : ` ${visible(revision.name)}`;
  const where = !isOver(rollout) ? `, wave ${current + 1} of ${waves.length}` : '';
  const deadline = state === 'Progressing' ? waves[current]?.deadlineAt : undefined;
  const when = [
    ...(deadline === undefined ? [] : [`, deadline ${channelMoment(deadline, now)}`]),
    ...(endedAt === undefined ? [] : [` since ${channelMoment(endedAt, now)}`]),
  ].join('');
  return `${channel} r${number} ${revision.imageId}${name} ${state}${where}${when}`;
}

/** What is named is what there is, until another image comes. */
function namedText({ named: image, isPinned, record }: RolloutStatus, { spec }: ChannelContext) {
  const source = isPinned ? 'pinned in git' : `followed from ${spec?.follow ?? 'its parameter'}`;
  const what =
    image === undefined
      ? 'its image could not be read'
      : image.usable
        ? `${imageText({ imageId: image.imageId, name: image.imageName })}, ${source}`
        : visible(image.reason);
  return record.completed === undefined ? what : `${what}; ${stableText(record)}`;
}

function stableText({ completed }: RolloutStatus['record']): string {
  return completed === undefined ? 'nothing is stable yet' : `stable ${imageText(completed)}`;
}

function rolloutLines(
  status: RolloutStatus,
  rollout: Rollout,
  context: ChannelContext,
): readonly string[] {
  const { meaning, next } = adviceOn(status, rollout);
  return [
    ...alignedLines(status.waves.map((wave) => waveCells(wave, rollout, context.now))),
    footer(status, rollout, context),
    ...(rollout.reason === undefined ? [] : [saidText(rollout.reason, context.now)]),
    meaning,
    ...next.map((line) => `-> ${line}`),
    ...waitingLines(status, rollout),
    ...(rollout.state === 'Undone' ? undoneLines(status, context) : []),
  ];
}

function waveCells(wave: WaveStatus, rollout: Rollout, now: Instant): readonly string[] {
  return [visible(wave.name), countText(wave), remarks(wave, rollout, now).join('; ')];
}

/** What is said of a member that stands so; of others there is nothing to say. */
const stateWords: Partial<Record<MemberState, string>> = {
  failed: 'failed',
  replacing: 'being replaced',
  due: 'due',
  left: 'not reached',
};

function remarks(wave: WaveStatus, rollout: Rollout, now: Instant): readonly string[] {
  const order = Object.keys(stateWords);
  const told = wave.machines
    .filter(({ state }) => stateWords[state] !== undefined)
    // Once it is over, whoever it did not reach says nothing beyond the count.
    .filter(({ state, note }) => state !== 'left' || note !== undefined || !isOver(rollout))
    .toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  const more = told.length - named;
  return [
    ...bakeRemark(wave, now),
    ...told.slice(0, named).map((member) => memberText(member, now)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function bakeRemark(wave: WaveStatus, now: Instant): readonly string[] {
  const { bake, doneAt, endedAt, baking } = wave;
  if (baking === undefined) return [];
  if (bake === undefined || !('minutes' in bake) || doneAt === undefined) {
    return [`${endedAt === undefined ? 'baking' : 'baked'}, ${saidText(baking, now)}`];
  }
  const end = channelMoment(plusMillis(doneAt, bake.minutes * minuteMs), now);
  return [endedAt === undefined ? `baking until ${end}` : `baked ${durationText(bake.minutes)}`];
}

function memberText({ name, state, note }: MemberStatus, now: Instant): string {
  const word = stateWords[state] ?? state;
  if (note === undefined) return `${name}: ${word}`;
  const said = saidText(note, now);
  // When it is due says that it is.
  return state === 'due' ? `${name}: ${said}` : `${name}: ${word}, ${said}`;
}

function footer(
  { record }: RolloutStatus,
  { failures, forgiven = 0 }: Rollout,
  { spec }: ChannelContext,
): string {
  const limit = spec === undefined ? '' : ` (abort at ${spec.abortOnFailures})`;
  const before = forgiven === 0 ? '' : `, after ${forgiven} that count no more`;
  return `failures ${failures.length - forgiven}${limit}${before}; ${stableText(record)}`;
}

function waitingLines({ channel, waiting }: RolloutStatus, rollout: Rollout): readonly string[] {
  if (waiting === undefined) return [];
  const line = `newer: ${imageText(waiting)} waits until this is over`;
  return isActive(rollout)
    ? [line, `-> devinstance rollout abort ${channel} lets it begin at once`]
    : [line];
}

/** What begins by itself, and what to commit so that nothing does. */
function undoneLines({ record }: RolloutStatus, { spec, file }: ChannelContext): readonly string[] {
  const { completed } = record;
  const parameter = spec?.follow ?? 'its parameter';
  return [
    `it is never rolled out again, unless git pins it; a newer one in ${parameter} begins a rollout by itself`,
    ...(completed === undefined ? [] : pinLines(completed.imageId, file)),
  ];
}

/** What to write in git so that a channel stays with an image. */
export function pinLines(imageId: string, file: ChannelContext['file']): readonly string[] {
  return [
    `to hold the channel at it until git says otherwise, ${whereOf(file)}:`,
    `  pin: ${imageId}`,
  ];
}

function whereOf(file: ChannelContext['file']): string {
  if (file === undefined) return 'in the file of its ImageChannel under spec';
  if (typeof file === 'string') return `in ${file} under spec`;
  return `at ${file.file}:${file.line}:${file.column} in place of its pin`;
}
