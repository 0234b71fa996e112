import type { Duty, DutyChange } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { Why } from '../core/plan/why.ts';
import { alignedLines } from './aligned.ts';
import { localTime, placeOf } from './local-time.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

/** The commit behind a rule, as it is shown. */
export interface ShownCommit {
  readonly id: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
  readonly isEdited: boolean;
}

export interface WhyContext {
  readonly now: Instant;
  readonly timezone: string;
  /** Of the file that `place` names. */
  readonly commit: ShownCommit | undefined;
}

/** As much of a commit's subject, and of a request's id, as fits into a line. */
const subjectShown = 60;
const idShown = 8;

type Row = readonly [label: string, value: string];

/** Why a machine is on or off: a headline, and a line for each thing that explains it. */
export function whyText(why: Why, context: WhyContext, paint: Paint): string {
  const rows: readonly Row[] = [
    ...ruleRows(why, context),
    ...aheadRows(why, context),
    ...lastRows(why, context),
    ...why.holds.map(
      ({ reason, message, remedy }): Row => ['Held', `${reason}: ${message} -> ${remedy}`],
    ),
    ...(why.due === undefined ? [] : [['Due', why.due] as const]),
    ...(why.waiting === undefined ? [] : [['Waits', `for ${why.waiting}`] as const]),
  ];
  const lines = alignedLines(rows.map(([label, value]) => [label, visible(value)]));
  return [paint.bold(headline(why)), ...lines.map((line) => `  ${line}`)]
    .map((line) => `${line}\n`)
    .join('');
}

function headline({ name, machine, aside, duty }: Why): string {
  const is = machine === undefined ? 'has no machine' : `is ${stateWords[machine]}`;
  switch (aside) {
    case 'unplanned':
      return `${name} cannot be planned`;
    case 'suspended':
      return `${name} ${is}, and the controller keeps its hands off`;
    case 'retired':
      return `${name} ${is}, as it is retired`;
    case 'orphaned':
      return `${name} ${is}, and its file is gone`;
    case undefined: {
      if (duty === undefined) return `${name} ${is}`;
      if (isAsWanted(machine, duty)) return `${name} ${is}, as it should be`;
      return duty.enforced
        ? `${name} ${is}, and should be ${duty.state}`
        : `${name} ${is}: its schedule leaves that to people`;
    }
  }
}

const stateWords: Readonly<Record<NonNullable<Why['machine']>, string>> = {
  pending: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  'shutting-down': 'being terminated',
  terminated: 'terminated',
  unknown: 'in a state that this version does not know',
};

function isAsWanted(machine: Why['machine'], { state }: Duty): boolean {
  return state === 'running'
    ? machine === 'running' || machine === 'pending'
    : machine === 'stopped' || machine === 'stopping';
}

function ruleRows(why: Why, context: WhyContext): readonly Row[] {
  const { duty, aside, otherwise } = why;
  const isDecided = aside === undefined && duty !== undefined;
  const since = duty?.since === undefined ? '' : `, since ${momentText(duty.since, context)}`;
  const from = fromText(why, context);
  return [
    ...(isDecided ? [['Rule', `${duty.reason}${since}`] as const] : []),
    ...(from === undefined ? [] : [['From', from] as const]),
    ...(isDecided && otherwise !== undefined
      ? [['Else', `${otherwise.state}: ${otherwise.reason}`] as const]
      : []),
  ];
}

/** Where the rule comes from: somebody's request, a line in a file, or the format itself. */
function fromText({ request, place, duty }: Why, context: WhyContext): string | undefined {
  if (request !== undefined) {
    const { id, at, actor } = request;
    return `request ${id.slice(0, idShown)}, asked for ${momentText(at, context)} by ${actor}`;
  }
  if (place === 'default') return `${duty?.field?.join('.')}, which no file says: its default`;
  if (place === undefined) return undefined;
  return `${place.file}:${place.line}:${place.column}${commitText(context.commit)}`;
}

function commitText(commit: ShownCommit | undefined): string {
  if (commit === undefined) return '';
  const { id, author, date, subject, isEdited } = commit;
  if (isEdited) return `, edited since commit ${id}`;
  const short = subject.length > subjectShown ? `${subject.slice(0, subjectShown - 1)}…` : subject;
  return `, commit ${id} by ${author} on ${date}: ${short}`;
}

function aheadRows({ ahead, duty, aside }: Why, context: WhyContext): readonly Row[] {
  const [next, ...then] = ahead;
  if (aside !== undefined || duty === undefined) return [];
  if (next === undefined) return [['Next', 'no start or stop ahead']];
  const left = next.enforced ? '' : ', left to people';
  const first: Row = ['Next', `${changeText(next, context)}: ${next.reason}${left}`];
  return then.length === 0
    ? [first]
    : [first, ['Then', then.map((change) => changeText(change, context)).join(', ')]];
}

function changeText({ state, at }: DutyChange, context: WhyContext): string {
  return `${state === 'running' ? 'start' : 'stop'} ${momentText(at, context)}`;
}

function lastRows({ last }: Why, context: WhyContext): readonly Row[] {
  if (last === undefined) return [];
  return [['Last', `${momentText(last.at, context)} ${last.reason}: ${last.message}`]];
}

function momentText(at: Instant, { now, timezone }: WhyContext): string {
  return `${localTime(at, now, timezone)} ${placeOf(timezone)}`;
}

/** The same as one JSON object. */
export function whyJson(why: Why, { commit }: Pick<WhyContext, 'commit'>): string {
  const { place, ...rest } = why;
  const from =
    place === undefined || place === 'default'
      ? { from: place }
      : { from: { ...place, ...(commit && { commit }) } };
  return `${JSON.stringify({ ...rest, ...from }, null, 2)}\n`;
}
