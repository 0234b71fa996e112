import type { Action } from '../action.ts';
import { earliest, type Instant } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { replaceRule } from '../replacement/begin.ts';
import { keptRule, pruneRule } from '../replacement/kept.ts';
import { replacingRule } from '../replacement/replacing.ts';
import { firstImage } from '../replacement/revision.ts';
import { answerRule, rollbackRule } from '../replacement/rollback.ts';
import { isBeingCreated } from './creating.ts';
import { creationDetails } from './describe.ts';
import { change, type Finding, hold, type Rule } from './finding.ts';
import { keepRetries, retryOf } from './memory.ts';
import { withNotes } from './noted.ts';
import { noticeDue, noticeTime } from './notice.ts';
import { orphanChanges } from './orphan-changes.ts';
import { readyDeadline } from './ready.ts';
import { homeSourceRule } from './rules-adopt.ts';
import { attachRule } from './rules-attach.ts';
import { createHomeRule, growRule, protectRule, tagRule } from './rules-home.ts';
import { homeTroubleRule, identityRule, standingRule, suspendedRule } from './rules-identity.ts';
import { launchRule, transientRule } from './rules-machine.ts';
import { dutyRule, readyRule, typeRule } from './rules-power.ts';
import { restoreRule, snapshotRequestRule } from './rules-request.ts';
import { retiredRule, retireRule } from './rules-retire.ts';
import { scheduleEditRule } from './rules-schedule.ts';
import type { Situation } from './situation.ts';
import { isPutAway, statusOf } from './status.ts';
import type {
  Change,
  Hold,
  Interlock,
  Notice,
  RequestEnding,
  Status,
  Transition,
} from './world.ts';

/**
 * In this order: what forbids touching anything, the home's safety, the machine's existence, the
 * home's place, what can be mended in place, and last the schedule. A final finding ends the list;
 * of the actions found the first one is taken.
 */
const rules: readonly Rule[] = [
  answerRule,
  replacingRule,
  suspendedRule,
  standingRule,
  scheduleEditRule,
  retiredRule,
  identityRule,
  protectRule,
  restoreRule,
  homeTroubleRule,
  snapshotRequestRule,
  retireRule,
  rollbackRule,
  homeSourceRule,
  launchRule,
  transientRule,
  createHomeRule,
  tagRule,
  attachRule,
  keptRule,
  growRule,
  readyRule,
  replaceRule,
  typeRule,
  dutyRule,
  pruneRule,
];

/** What one DevInstance is to be shown, to wait for and to do. */
export interface Verdict {
  /** The record as it should stand: a retry of what is no longer needed is forgotten, holds are noted. */
  readonly record: DevInstanceRecord;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly waiting: string | undefined;
  readonly action: Action | undefined;
  /** Requests of people that are over. */
  readonly endings: readonly RequestEnding[];
  readonly transition: Transition | undefined;
  /** The notice that is to be given now. */
  readonly notice: Notice | undefined;
  readonly wakeAt: Instant | undefined;
  readonly status: Status;
}

/**
 * Applies the rules to one DevInstance. Interlocks withhold what is disruptive, one of too many
 * unhealthy machines also what would replace many at once, and nothing else. Pure; throws only
 * where this program is wrong.
 */
export function verdictOn(situation: Situation, interlocks: readonly Interlock[]): Verdict {
  const findings = applyRules(situation, interlocks);
  const backingOff = backOffHolds(situation, findings);
  const chosen = findings.find(
    (finding) => finding.action !== undefined && !isBackingOff(situation, finding.action),
  );
  const holds = joined(
    gathered(findings, ({ holds }) => holds),
    backingOff,
  );
  const waiting = findings.find((finding) => finding.waiting !== undefined)?.waiting;
  const changes = joined(
    wholeChanges(situation, { holds, waiting, action: chosen?.action, findings }),
    gathered(findings, ({ changes }) => changes),
  );
  const isWhole = findings.at(-1)?.final !== true;
  const transition = transitionOf(situation);
  const notice = noticeTime(situation);
  const due = noticeDue(situation, notice);
  const outlook = { changes, holds, waiting };
  const noted = withNotes(
    situation,
    withoutIdleRetries(recordAfter(situation, findings), findings),
    holds,
    isWhole,
  );
  return {
    record: due === undefined ? noted : { ...noted, noticeOf: due.stopAt },
    changes,
    holds,
    waiting,
    action: chosen?.action,
    endings: gathered<RequestEnding>(findings, ({ ending }) => ending && [ending]),
    transition,
    notice: due,
    wakeAt: nextLook(situation, [transition?.at, notice?.at], findings),
    status: statusOf(situation, outlook),
  };
}

const none: readonly never[] = [];

// Most machines are settled: for them, nothing is put together.
function gathered<T>(
  findings: readonly Finding[],
  pick: (finding: Finding) => readonly T[] | undefined,
): readonly T[] {
  return findings.length === 0 ? none : findings.flatMap((finding) => pick(finding) ?? none);
}

function joined<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

/** The next moment at which this DevInstance may need something, of those that lie ahead. */
function nextLook(
  { record, now }: Situation,
  foreseen: readonly (Instant | undefined)[],
  findings: readonly Finding[],
): Instant | undefined {
  const ahead = (at: Instant | undefined) => (at !== undefined && at > now ? at : undefined);
  const fixed = earliest([...foreseen, readyDeadline(record)].map(ahead));
  if (findings.length === 0 && record.retries === undefined) return fixed;
  const retries = (record.retries ?? none).map(({ notBefore }) => ahead(notBefore));
  return earliest([fixed, ...retries, ...findings.map(({ wakeAt }) => ahead(wakeAt))]);
}

/** What a finding begins or ends is remembered; withheld ones were stripped of it. */
function recordAfter({ record }: Situation, findings: readonly Finding[]): DevInstanceRecord {
  return findings.find((finding) => finding.record !== undefined)?.record ?? record;
}

/** The interlock that withholds a finding, if there is one. */
function brakeOn(
  { disruptive, recovers }: Finding,
  interlocks: readonly Interlock[],
): Interlock | undefined {
  if (disruptive) return interlocks[0];
  return recovers ? interlocks.find(({ reason }) => reason === 'InterlockUnhealthy') : undefined;
}

/** What is left of a withheld finding: its changes, which say what withholds them. It ends nothing. */
function withheldFinding(finding: Finding, brake: Interlock): Finding {
  const { action: _action, record: _record, final: _final, changes = [], ...rest } = finding;
  return { ...rest, changes: withhold(changes, brake.reason), withheldBy: brake.reason };
}

/** The changes, each with what withholds it; one that something else withholds stays as it is. */
export function withhold(changes: readonly Change[], by: string): readonly Change[] {
  return changes.map((change) =>
    change.withheldBy === undefined ? { ...change, withheldBy: by } : change,
  );
}

/** A failed action that nothing asks for any more was done after all, or is moot. */
function withoutIdleRetries(
  record: DevInstanceRecord,
  findings: readonly Finding[],
): DevInstanceRecord {
  const isWaiting = findings.some(({ waiting }) => waiting !== undefined);
  return keepRetries(
    record,
    ({ actionKind }) =>
      isWaiting ||
      findings.some(
        ({ action, keepsRetry }) => keepsRetry === actionKind || action?.kind === actionKind,
      ),
  );
}

function applyRules(situation: Situation, interlocks: readonly Interlock[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    const opinion = rule(situation);
    if (opinion === undefined) continue;
    const brake = brakeOn(opinion, interlocks);
    const finding = brake === undefined ? opinion : withheldFinding(opinion, brake);
    findings.push(finding);
    if (finding.final) break;
  }
  return findings;
}

function isBackingOff({ record, now }: Situation, action: Action): boolean {
  const retry = retryOf(record, action.kind);
  return retry !== undefined && retry.notBefore > now;
}

function backOffHolds(situation: Situation, findings: readonly Finding[]): readonly Hold[] {
  return findings.flatMap(({ action }) => {
    if (action === undefined || !isBackingOff(situation, action)) return [];
    const retry = retryOf(situation.record, action.kind);
    if (retry === undefined) return [];
    const times = retry.attempts === 1 ? 'once' : `${retry.attempts} times`;
    const message = `${retry.actionKind} failed ${times}: ${retry.code}: ${retry.message}`;
    const next = `next attempt ${retry.notBefore}`;
    const remedy = retry.remedy === undefined ? next : `${retry.remedy} (${next})`;
    return [hold(situation, 'BackingOff', message, remedy)];
  });
}

/** The changes that take many steps, shown as one: a creation, and a recovery around the home. */
function wholeChanges(
  situation: Situation,
  state: {
    readonly holds: readonly Hold[];
    readonly waiting: string | undefined;
    readonly action: Action | undefined;
    readonly findings: readonly Finding[];
  },
): readonly Change[] {
  const { record, standing, spec, machine } = situation;
  if (standing.kind === 'orphaned') {
    const changes = orphanChanges(situation, state.action);
    const brake = state.findings.find(({ withheldBy }) => withheldBy !== undefined)?.withheldBy;
    return brake === undefined ? changes : withhold(changes, brake);
  }
  if (spec.lifecycle !== 'active') return [];
  const blocker =
    state.action !== undefined || state.waiting !== undefined
      ? undefined
      : (state.findings.find(({ withheldBy }) => withheldBy !== undefined)?.withheldBy ??
        state.holds[0]?.reason);
  const { duty } = situation;
  const isIdle =
    state.action === undefined && state.waiting === undefined && duty.state === 'stopped';
  // A first machine is made at once; one around a home that is there waits for its schedule.
  const waits = isIdle && (record.ordinal > 0 || !isBeingCreated(record));
  const due = waits ? whenDue(duty.until) : { at: 'now' as const };
  const rest = blocker === undefined ? due : { withheldBy: blocker };
  if (isBeingCreated(record)) {
    const details = creationDetails(spec, firstImage(situation), duty);
    const note =
      record.ordinal === 0 ? undefined : `under way: ${state.waiting ?? 'next step due'}`;
    return [
      change(situation, 'create', ['spec_new'], {
        details,
        ...rest,
        ...(note === undefined ? {} : { note }),
      }),
    ];
  }
  if (machine !== undefined || record.replacement !== undefined) return [];
  const details = [`new machine ${spec.instanceType} around home ${record.homeId} in ${record.az}`];
  return [change(situation, 'recover', ['machine_gone'], { details, ...rest })];
}

/** What waits for a schedule that never has it on waits for a person. */
function whenDue(until: Instant | undefined): Pick<Change, 'at' | 'note'> {
  return until === undefined ? { note: 'when it is next to run' } : { at: until };
}

function transitionOf(situation: Situation): Transition | undefined {
  const { record, standing } = situation;
  if (standing.kind === 'orphaned' || isPutAway(situation)) return undefined;
  const { duty } = situation;
  if (duty.until === undefined) return undefined;
  return {
    name: record.name,
    at: duty.until,
    state: duty.state === 'running' ? 'stopped' : 'running',
    reason: duty.reason,
  };
}
