import type { Duty, DutyChange, DutyRule } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { Grounds, PowerState, Verdict, Why } from '../core/plan/why.ts';
import type { LedgerRequest } from '../core/request.ts';
import { everyName } from '../core/request.ts';
import type { Origin } from '../core/spec/schedule-place.ts';
import { type Row, rowLines } from './aligned.ts';
import { localMoment, localTime } from './local-time.ts';
import { shortId } from './override-text.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

/** The commit that a spec file's text is from. */
export interface CommitView {
  readonly hash: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
}

/** As far as git says: undefined where it does not. */
export type Committed = CommitView | 'not-committed' | undefined;

/** A replacement that is under way, and where it stands. */
export interface Replacing {
  readonly since: Instant;
  readonly step: string;
}

/** As much of a commit's text as is shown. */
const longestText = 60;

/** Why a machine is on or off, for a terminal: a line that says it, below it its grounds. */
export function whyText(why: Why, commit: Committed, paint: Paint, replacing?: Replacing): string {
  const rows = rowsOf(why, commit, replacing);
  const colour = why.verdict === 'not-as-wanted' ? paint.yellow : paint.bold;
  const lines = rowLines(rows).map((line) => `  ${line}`);
  return [colour(`${why.name} ${headOf(why)}`), ...lines].map((line) => `${line}\n`).join('');
}

function rowsOf(why: Why, commit: Committed, replacing: Replacing | undefined): readonly Row[] {
  const { duty, otherwise, ahead, last, now } = why;
  const [next, ...then] = ahead;
  const moment = (at: Instant) => localMoment(at, now, why.timezone);
  const clock = (at: Instant) => localTime(at, now, why.timezone);
  return [
    ['Rule', ruleText(why, clock)],
    ['Since', sinceOf(why, clock)],
    ['From', why.grounds && groundsText(why.grounds, commit, clock)],
    ['Else', otherwise && elseText(otherwise, clock)],
    ['Next', next && nextText(next, moment)],
    ['Then', then.length === 0 ? undefined : then.map((one) => changeText(one, clock)).join(', ')],
    ['Left', duty && leftText(why, duty)],
    ...troubleRows(why),
    ['Also', replacing && `being replaced since ${clock(replacing.since)}: ${replacing.step}`],
    ['Waiting', why.waiting && `for ${why.waiting}`],
    ['Now', nowText(why)],
    ['Last', last && `${clock(last.at)} ${last.reason}: ${last.message}`],
  ];
}

const stateWords: Readonly<Record<PowerState, string>> = {
  running: 'is running',
  stopped: 'is stopped',
  pending: 'is starting',
  stopping: 'is stopping',
  'shutting-down': 'is being terminated',
  terminated: 'is terminated',
  unknown: 'is in a state this version does not know',
  none: 'has no machine',
  unread: 'could not be read, so that nobody knows whether it is on',
};

function headOf(why: Why): string {
  const { state, verdict, duty, isMade } = why;
  if (state === 'none' && !isMade && isJudged(verdict)) return 'has no machine yet';
  if (state === 'none' && verdict === 'as-wanted') return 'has no machine, and should be off';
  return `${stateWords[state]}${judgement(verdict, duty)}`;
}

/** Whether its schedule says how it should be. */
function isJudged(verdict: Verdict): boolean {
  return verdict !== 'suspended' && verdict !== 'retired' && verdict !== 'orphaned';
}

/** Total: whatever the verdict is, the first line says it. */
function judgement(verdict: Verdict, duty: Duty | undefined): string {
  switch (verdict) {
    case 'as-wanted':
    case 'on-its-way':
      return ', as it should be';
    case 'not-as-wanted':
      return duty?.state === 'running' ? ', and should be running' : ', and should be stopped';
    case 'left-to-people':
      return ', which is left to people';
    case 'suspended':
      return ' and left alone: it is suspended';
    case 'orphaned':
      return ': no file names it any more';
    case 'retired':
      return ': it is retired';
    case 'unknown':
      return '';
  }
}

/** Rules whose reason says nothing of when they began. */
const timeless: ReadonlySet<DutyRule> = new Set([
  'window',
  'early-start',
  'exception',
  'off-hours',
]);

function ruleText({ verdict, duty, grounds, ...why }: Why, clock: Clock): string | undefined {
  if (verdict === 'suspended') return suspensionText(grounds, clock);
  if (verdict === 'retired') return 'lifecycle: retired';
  if (verdict === 'orphaned') {
    const { stopsAt } = why;
    const stop = stopsAt === undefined ? '' : `: stopped at ${clock(stopsAt)}`;
    return `a machine without a file is never started again${stop}`;
  }
  if (duty === undefined) return undefined;
  const isTold = duty.since !== undefined && timeless.has(duty.rule);
  return `${duty.reason}${isTold && duty.since !== undefined ? `, since ${clock(duty.since)}` : ''}`;
}

function suspensionText(grounds: Grounds | undefined, clock: Clock): string {
  if (grounds?.kind !== 'request') return 'lifecycle: suspended';
  const { name, actor, reason, expiresAt } = grounds.request;
  const all = name === everyName ? ' all of the fleet' : '';
  const why = reason === '' ? '' : `: ${reason}`;
  return `hands off${all} until ${clock(expiresAt)} by ${actor}${why}`;
}

function sinceOf({ verdict, duty, grounds }: Why, clock: Clock): string | undefined {
  if (!isJudged(verdict) || duty?.since === undefined || timeless.has(duty.rule)) return undefined;
  // A request says itself when it was made.
  return grounds?.kind === 'request' ? undefined : clock(duty.since);
}

type Clock = (at: Instant) => string;

function groundsText(grounds: Grounds, commit: Committed, clock: Clock): string {
  switch (grounds.kind) {
    case 'spec':
      return originText(grounds.origin, commit);
    case 'request':
      return requestText(grounds.request, clock);
    case 'last-valid-spec':
      return `its last valid spec, as ${grounds.message}`;
    case 'file-gone':
      return `its file, gone since ${grounds.since === undefined ? 'now' : clock(grounds.since)}`;
  }
}

function originText(origin: Origin, commit: Committed): string {
  if ('default' in origin) return `the default of ${origin.default}, which no file sets`;
  const place = `${origin.file}:${origin.line}:${origin.column}`;
  if (commit === undefined) return place;
  if (commit === 'not-committed') return `${place} (not committed)`;
  const { hash, author, date, subject } = commit;
  return `${place} (commit ${hash} by ${cut(author)}, ${date}: ${cut(subject)})`;
}

/** Others' text as one line, not too long. */
function cut(text: string): string {
  const characters = [...visible(text)];
  const isLong = characters.length > longestText;
  return isLong ? `${characters.slice(0, longestText - 1).join('')}…` : characters.join('');
}

function requestText({ id, at, actor }: LedgerRequest, clock: Clock): string {
  return `request ${shortId(id)}, asked for ${clock(at)} by ${actor}`;
}

function elseText({ state, reason, until, next, enforced }: Duty, clock: Clock): string {
  const end = until === undefined ? '' : `, until ${clock(until)}`;
  const left = enforced && next?.enforced !== false ? '' : ', as far as people do it';
  return `${state}: ${reason}${end}${left}`;
}

function changeText({ at, state }: DutyChange, at_: (at: Instant) => string): string {
  return `${state === 'running' ? 'start' : 'stop'} ${at_(at)}`;
}

function nextText(change: DutyChange, moment: (at: Instant) => string): string {
  const left = change.enforced ? '' : ', left to people';
  return `${changeText(change, moment)}${left}: ${change.reason}`;
}

function leftText({ verdict }: Why, { state, enforced }: Duty): string | undefined {
  if (verdict !== 'left-to-people' || enforced) return undefined;
  return state === 'running'
    ? 'nobody but a person starts it: its schedule says actions: stop-only'
    : 'nobody but a person stops it: its schedule says actions: start-only';
}

/** Something may still have to be done, which may be held. */
const unsettled: ReadonlySet<Verdict> = new Set([
  'not-as-wanted',
  'orphaned',
  'retired',
  'unknown',
]);

/** What keeps it from being as it should be. */
function troubleRows({ verdict, holds, interlocks, isObserved }: Why): readonly Row[] {
  if (!unsettled.has(verdict)) return [];
  const observed = 'ObserveMode: the Fleet is only observed, or enforceFor leaves this out';
  return [
    ...(isObserved ? [['Held', `${observed} -> see mode and enforceFor in the Fleet`]] : []),
    ...[...holds, ...interlocks].map(({ reason, message, remedy }) => [
      'Held',
      `${reason}: ${message} -> ${remedy}`,
    ]),
  ].map(([label = '', value]) => [label, value]);
}

function nowText({ verdict, action }: Why): string | undefined {
  if (!unsettled.has(verdict) || action === undefined) return undefined;
  switch (action) {
    case 'start':
      return 'the next pass starts it';
    case 'stop':
      return 'the next pass stops it';
    case 'launch':
      return 'the next pass makes a machine';
    case 'terminate':
      return 'the next pass terminates it';
    default:
      // Of one that git gave up, other steps change nothing about whether it is on.
      return isJudged(verdict) ? `the next pass goes on with it (${action})` : undefined;
  }
}

/** The same for programs: one object. */
export function whyJson(why: Why, commit: Committed, replacing?: Replacing): string {
  const { name, state, verdict, duty, grounds, otherwise, ahead, stopsAt, last } = why;
  const [next, ...then] = ahead;
  const shown = {
    name,
    state,
    verdict,
    duty,
    from: grounds && groundsJson(grounds, commit),
    else: otherwise,
    next,
    then,
    stopsAt,
    last,
    holds: [...why.holds, ...why.interlocks],
    replacing,
    waiting: why.waiting,
    action: why.action,
  };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

function groundsJson(grounds: Grounds, commit: Committed): Readonly<Record<string, unknown>> {
  switch (grounds.kind) {
    case 'spec':
      if ('default' in grounds.origin || commit === undefined) return { ...grounds.origin };
      return commit === 'not-committed'
        ? { ...grounds.origin, committed: false }
        : { ...grounds.origin, committed: true, commit };
    case 'request':
      return { request: grounds.request };
    case 'last-valid-spec':
      return { lastValidSpec: true, message: grounds.message };
    case 'file-gone':
      return { fileGoneSince: grounds.since };
  }
}
