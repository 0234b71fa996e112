import type { Instant } from '../core/instant.ts';
import type { ReadFailure } from '../core/observed.ts';
import type { Change, ChangeKind, Hold, Interlock, Plan, Transition } from '../core/plan/world.ts';
import { inForceLines } from './in-force.ts';
import { localMoment } from './local-time.ts';
import type { Paint } from './paint.ts';
import {
  channelActionLines,
  progressRemedies,
  progressText,
  rolloutTitle,
  shownRollouts,
} from './plan-rollouts.ts';
import { waveText } from './rollout-words.ts';
import { visible } from './visible.ts';

const symbols: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  adopt: '+',
  recover: '+',
  start: '^',
  stop: '_',
  change: '~',
  replace: '-/+',
  snapshot: '+',
  restore: '-/+',
  retire: '-',
  orphan: '-',
};

/** How many future starts and stops are shown. */
const transitionsShown = 5;

export interface PlanContext {
  readonly now: Instant;
  /** Why nothing is acted on, where that is so: `mode: observe`. */
  readonly restriction?: string;
  readonly failures: readonly ReadFailure[];
  /** A DevInstance's zone, for its times. */
  readonly timezoneOf: (name: string) => string;
}

/** The plan for a terminal: one block a change, the brakes, what comes next and a summary line. */
export function planText(plan: Plan, context: PlanContext, paint: Paint): string {
  const blocks = plan.changes.map((change) => changeBlock(change, context, paint));
  const shown = new Set(plan.changes.map((change) => `${change.name}/${change.withheldBy ?? ''}`));
  const otherHolds = plan.holds.filter((held) => !shown.has(`${held.name}/${held.reason}`));
  const explained = plan.holds.filter((held) => shown.has(`${held.name}/${held.reason}`));
  const sections = [
    ...blocks,
    ...[...explained, ...otherHolds].map((held) => holdBlock(held, paint)),
    ...plan.interlocks.map((interlock) => interlockBlock(interlock, paint)),
    ...context.failures.map((failure) => failureBlock(failure, paint)),
    ...rolloutBlocks(plan, paint),
    ...upcoming(plan.transitions, context),
    ...standing(plan.inForce, context),
    summary(plan, context, paint),
  ];
  return `${sections.join('\n')}\n`;
}

/** One change: its sign and name, what it consists of, and when. */
export function changeBlock(
  change: Change,
  context: Pick<PlanContext, 'now' | 'timezoneOf'>,
  paint: Paint,
): string {
  const isHeld = change.withheldBy !== undefined && change.withheldBy !== 'ObserveMode';
  const symbol = isHeld ? '!' : symbols[change.kind];
  const head = `${symbol.padStart(3)} ${change.name}  ${change.kind} (owner ${change.owner}; ${change.reasons.join(', ')})`;
  const wave = change.wave === undefined ? [] : [waveText(change.wave)];
  const lines = [...change.details, ...wave, whenOf(change, context)];
  return [
    colourOf(change, isHeld, paint)(head),
    ...lines.map((line) => `      ${visible(line)}`),
  ].join('\n');
}

function colourOf(change: Change, isHeld: boolean, paint: Paint): (text: string) => string {
  if (isHeld) return paint.yellow;
  if (change.kind === 'create' || change.kind === 'adopt' || change.kind === 'recover')
    return paint.green;
  if (['orphan', 'replace', 'restore', 'retire'].includes(change.kind)) return paint.red;
  return change.kind === 'change' ? paint.yellow : paint.cyan;
}

/** `when now`, `when Mon 19:00 Madrid (off by schedule)`, or what withholds it. */
export function whenOf(change: Change, context: Pick<PlanContext, 'now' | 'timezoneOf'>): string {
  if (change.withheldBy !== undefined) return `withheld: ${change.withheldBy}`;
  const note = change.note === undefined ? '' : ` (${change.note})`;
  if (change.at === 'now') return `when now${note}`;
  if (change.at === undefined) return `when it fits${note}`;
  const timezone = context.timezoneOf(change.name);
  return `when ${localMoment(change.at, context.now, timezone)}${note}`;
}

/** One hold and its remedy. */
export function holdBlock(held: Hold, paint: Paint): string {
  return troubleBlock(paint.yellow, `${held.name}  ${held.reason}: ${held.message}`, held.remedy);
}

function interlockBlock(interlock: Interlock, paint: Paint): string {
  return troubleBlock(paint.red, `${interlock.reason}: ${interlock.message}`, interlock.remedy);
}

function failureBlock(failure: ReadFailure, paint: Paint): string {
  return troubleBlock(
    paint.red,
    `could not read ${failure.what}: ${failure.message}`,
    failure.remedy,
  );
}

/** Messages may be AWS's own words: nothing in them steers a terminal or begins a line of its own. */
function troubleBlock(colour: (text: string) => string, text: string, remedy: string): string {
  return `${colour(`  ! ${visible(text)}`)}\n      -> ${visible(remedy)}`;
}

/** Each channel of which there is something to say, and what is done for channels. */
function rolloutBlocks(plan: Plan, paint: Paint): readonly string[] {
  const lines = shownRollouts(plan).flatMap((status) => {
    const progress = progressText(status);
    return [
      ...(progress === undefined
        ? []
        : [paint.cyan(`Rollout ${rolloutTitle(status)}: ${progress}`)]),
      ...progressRemedies(status).map((remedy) => `      -> ${remedy}`),
      ...status.problems.map(({ reason, message, remedy }) =>
        troubleBlock(paint.yellow, `${status.channel}  ${reason}: ${message}`, remedy),
      ),
    ];
  });
  const actions = channelActionLines(plan);
  const images = actions.length === 0 ? [] : ['Images:', ...actions.map((line) => `  ${line}`)];
  const blocks = [...lines, ...images];
  return blocks.length === 0 ? [] : [...blocks, ''];
}

function upcoming(transitions: readonly Transition[], context: PlanContext): readonly string[] {
  if (transitions.length === 0) return [];
  const shown = transitions.slice(0, transitionsShown);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, at, state }) => {
    const timezone = context.timezoneOf(name);
    const verb = state === 'running' ? '^ start' : '_ stop ';
    return `  ${verb} ${name.padEnd(width)}  ${localMoment(at, context.now, timezone)}`;
  });
  const more = transitions.length - lines.length;
  return ['Next by schedule:', ...lines, ...(more > 0 ? [`  and ${more} more`] : []), ''];
}

function standing(inForce: Plan['inForce'], context: PlanContext): readonly string[] {
  if (inForce.length === 0) return [];
  return ['In force:', ...inForceLines(inForce, context).map((line) => `  ${line}`), ''];
}

/** How many of each; the wording of its line is an interface. */
export interface PlanCounts {
  readonly create: number;
  readonly change: number;
  readonly replace: number;
  readonly orphan: number;
  readonly retire: number;
  readonly start: number;
  readonly stop: number;
  readonly held: number;
}

/** Counts changes by what they do; a held one counts as held only. */
export function countChanges(plan: Plan): PlanCounts {
  const isFree = (change: Change) =>
    change.withheldBy === undefined || change.withheldBy === 'ObserveMode';
  const free = plan.changes.filter(isFree);
  const withheld = plan.changes.filter((change) => !isFree(change));
  const count = (...kinds: ChangeKind[]) =>
    new Set(free.filter((change) => kinds.includes(change.kind)).map((change) => change.name)).size;
  return {
    create: count('create', 'adopt', 'recover'),
    change: count('change', 'snapshot'),
    replace: count('replace', 'restore'),
    orphan: count('orphan'),
    retire: count('retire'),
    start: count('start'),
    stop: count('stop'),
    held: new Set([...plan.holds, ...withheld].map(({ name }) => name)).size,
  };
}

function summary(plan: Plan, context: PlanContext, paint: Paint): string {
  const counts = countChanges(plan);
  // Said only where there is one: the rest of the line is an interface.
  const retire = counts.retire === 0 ? '' : `, ${counts.retire} to retire`;
  const line = `Plan: ${counts.create} to create, ${counts.change} to change, ${counts.replace} to replace, ${counts.orphan} to orphan${retire}. ${counts.start} to start, ${counts.stop} to stop, ${counts.held} held.`;
  const restriction =
    context.restriction === undefined ? '' : `\nNothing is acted on: ${context.restriction}.`;
  const waiting =
    plan.waiting.length === 0
      ? ''
      : `\nAWS is busy with ${plan.waiting.map(({ name }) => name).join(', ')}.`;
  return `${paint.bold(line)}${waiting}${restriction}`;
}
