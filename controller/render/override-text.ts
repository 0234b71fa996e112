import type { Action } from '../core/action.ts';
import type { Duty } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import { isOn, type MachineState } from '../core/observed.ts';
import type { LedgerRequest } from '../core/request.ts';
import { localMoment } from './local-time.ts';
import { visible } from './visible.ts';

/** What is said of an override that was asked for just now. */
export interface OverrideView {
  readonly name: string;
  readonly now: Instant;
  readonly timezone: string;
  readonly state: 'running' | 'stopped';
  /** When the override itself ends. */
  readonly until: Instant;
  /** Where that was cut: `7d, the longest that class standard allows`. */
  readonly cutTo: string | undefined;
  /** What is wanted with the override in force. */
  readonly duty: Duty;
  readonly actions: 'both' | 'start-only' | 'stop-only';
  /** Undefined where there is no machine. */
  readonly machine: MachineState | undefined;
  /** The kind of the step that was under way after the override had been written. */
  readonly step: Action['kind'] | undefined;
  /** What was in force before it. */
  readonly replaced: LedgerRequest | undefined;
  /** Why the controller does not act there. */
  readonly restriction: string | undefined;
}

/** What will be: the first line says it, the others what else is to be known. */
export function overrideText(view: OverrideView): string {
  const [head, ...rest] = [
    ...outlook(view),
    ...(view.cutTo === undefined ? [] : [`cut to ${view.cutTo}`]),
    ...leftToPeople(view),
    ...replacement(view),
    ...underWay(view),
    ...nextStep(view),
  ];
  return [head, ...rest.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

function outlook({ name, now, timezone, until, ...view }: OverrideView): readonly string[] {
  const { duty, state, machine } = view;
  const moment = (at: Instant) => localMoment(at, now, timezone);
  const end = duty.until;
  if (end !== undefined && end < until && duty.next?.rule === 'max-uptime') {
    return [
      `${name} is asked to be on until ${moment(until)}`,
      `maxUptime stops it at ${moment(end)} all the same`,
    ];
  }
  const word = state === 'running' ? 'on' : 'off';
  const isSo = isOn(machine) === (state === 'running');
  const willBe = view.restriction === undefined ? 'will be' : 'is to be';
  const head = `${name} ${isSo ? 'stays' : willBe} ${word}`;
  const goesOn = `the override ends ${moment(until)}; its schedule goes on from there`;
  if (end === undefined) return [`${head}, with no end ahead`, goesOn];
  return end === until
    ? [`${head} until ${moment(end)}`]
    : [`${head} until ${moment(end)}`, goesOn];
}

/** What its schedule leaves to people does not come about by itself when the override ends. */
function leftToPeople({ duty, actions }: OverrideView): readonly string[] {
  if (duty.next === undefined || duty.next.enforced) return [];
  const verb = duty.next.state === 'running' ? 'starts' : 'stops';
  return [`then nobody but a person ${verb} it: its schedule says actions: ${actions}`];
}

function replacement({ replaced, now, timezone }: OverrideView): readonly string[] {
  if (replaced === undefined) return [];
  const until = localMoment(replaced.expiresAt, now, timezone);
  return [`in place of ${workText(replaced)} until ${until}`];
}

/** As much of a request's id as is shown: enough to name it by. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** Whose override or suspension it is: `the stop by ada (release)`. */
export function workText({ work, actor, reason }: LedgerRequest): string {
  const what = work.kind === 'override' ? `the ${work.command}` : 'the suspension';
  const why = reason === '' ? '' : ` (${visible(reason)})`;
  return `${what} by ${visible(actor)}${why}`;
}

function underWay({ state, step, machine }: OverrideView): readonly string[] {
  if (state === 'running' && (step === 'stop' || machine === 'stopping')) {
    return ['a stop is under way; it will be started again'];
  }
  if (state === 'stopped' && (step === 'start' || machine === 'pending')) {
    return ['a start is under way; it will be stopped'];
  }
  return [];
}

function nextStep(
  view: Pick<OverrideView, 'state' | 'machine' | 'restriction'> & Partial<OverrideView>,
): readonly string[] {
  const { state, machine, step, restriction } = view;
  if (restriction !== undefined) return [restriction];
  const isDone =
    state === 'running' ? isOn(machine) && step !== 'stop' : !isOn(machine) && step !== 'start';
  return isDone ? [] : ['the controller acts at its next pass'];
}

/** What its schedule wants of a DevInstance once an override is over. */
export function dutyText(
  view: Pick<OverrideView, 'name' | 'now' | 'timezone' | 'duty' | 'machine' | 'restriction'>,
): string {
  const { name, now, timezone, duty } = view;
  const end = endText(duty, ' until', (at) => localMoment(at, now, timezone));
  const verb = duty.state === 'running' ? 'run' : 'be off';
  const acts = duty.enforced ? nextStep({ ...view, state: duty.state }) : [];
  const left = duty.enforced ? '' : ', which is left to people';
  const head = `  ${name} is to ${verb}${end}: ${duty.reason}${left}`;
  return [head, ...acts.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

/** That nothing is asked for, as it is so already. */
export function alreadyText(
  view: Pick<OverrideView, 'name' | 'now' | 'timezone' | 'duty' | 'machine' | 'restriction'>,
): string {
  const { name, now, timezone, duty, machine, restriction } = view;
  const end = endText(duty, ', until', (at) => localMoment(at, now, timezone));
  if (duty.state === 'stopped') return `${name} is off already${end}\n`;
  const more = duty.next?.enforced === true ? '; devinstance extend keeps it on longer' : '';
  const start = restriction ?? 'the controller starts it at its next pass';
  return `${name} is to run already${end}${more}\n${isOn(machine) ? '' : `  ${start}\n`}`;
}

function endText(
  { state, until, next }: Duty,
  word: string,
  moment: (at: Instant) => string,
): string {
  const what = state === 'running' ? 'stop' : 'start';
  if (until === undefined) return `, with no ${what} ahead`;
  return next?.enforced === false ? `, and only a person ${what}s it` : `${word} ${moment(until)}`;
}
