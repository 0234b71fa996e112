import type { Action } from '../../controller/core/action.ts';
import { minuteMs } from '../../controller/core/instant.ts';
import type { Activity } from '../../controller/core/observed.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { everyName } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimInstance } from '../../controller/sim/state.ts';
import { judgeChangeStop } from './history-change-stop.ts';
import { isBeside, type Life, lineOf } from './history-life.ts';
import { isOwn, type Question, suspensionOf, type Wanted, wantedOf } from './history-wanted.ts';

/** What a pass could know when it looked. */
export interface Look {
  readonly at: number;
  readonly asked: number;
  /** How much was done to power by then. */
  readonly did: number;
  readonly activity: ReadonlyMap<string, Activity>;
  readonly suspendedInGit: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

/** Watches what a controller does with power, from the truth and not from its plans (S12). */
export interface DutyWatch {
  /** Right before a batch is performed. */
  before(actions: readonly Action[]): Promise<void>;
  /** After each step of a history. */
  check(): Promise<void>;
}

/** A watch over a life: it looks when the controller looks. */
export function watchDuty(life: Life): DutyWatch {
  const { rig } = life;
  let look: Look | undefined;
  rig.lens = (observed) => {
    const at = Date.parse(rig.account.clock.now());
    const specs = [...rig.desired.devInstances.values()];
    const suspended = specs.filter(({ lifecycle }) => lifecycle === 'suspended');
    const suspendedInGit = new Set(suspended.map(({ name }) => name));
    look = {
      at,
      asked: life.asked.length,
      did: life.powered.length,
      activity: rig.account.activity(),
      suspendedInGit,
      named: new Set(specs.map(({ name }) => name)),
    };
    return observed;
  };
  return {
    before: async (actions) => {
      if (look === undefined) return;
      const records = await recordsOf(life);
      await noteRefusals(life);
      noteLines(life, records);
      for (const action of actions) await judge(life, { action, look, records });
    },
    check: () => checkRecords(life),
  };
}

/** Takes note of whose duty the machines take over that are on their way. */
function noteLines(life: Life, records: ReadonlyMap<string, DevInstanceRecord>): void {
  for (const { replacement } of records.values()) {
    if (replacement?.newId === undefined) continue;
    life.line.set(replacement.newId, lineOf(life, replacement.oldId));
  }
}

export async function recordsOf(life: Life): Promise<ReadonlyMap<string, DevInstanceRecord>> {
  const stored = await life.rig.ledger.records();
  return new Map(stored.map(({ record }) => [record.name, record]));
}

/** Takes note of what was refused, as there is no such name. */
export async function noteRefusals(life: Life): Promise<void> {
  for (const { id, ended } of await life.rig.ledger.requests()) {
    if (ended?.result === 'refused') life.refused.add(id);
  }
}

interface Case {
  readonly action: Action;
  readonly look: Look;
  readonly records: ReadonlyMap<string, DevInstanceRecord>;
}

async function judge(life: Life, { action, look, records }: Case): Promise<void> {
  const record = records.get(action.name);
  const wrong = (what: string) =>
    life.wrongs.push(`${new Date(look.at).toISOString()} ${JSON.stringify(action)}: ${what}`);
  checkHandsOff(life, { action, look, records }, wrong);
  if ((action.kind !== 'start' && action.kind !== 'stop') || record === undefined) return;
  const machine = life.rig.truth().instances[action.machineId];
  if (machine === undefined) return;
  const question = questionOf(record, machine, look);
  const wanted = wantedOf(life, question);
  const { actions } = record.effective.schedule;
  const isAside = isBeside(record, machine.id);
  // One that takes over must run to show that it can.
  if (action.kind === 'start' && !isAside) {
    if (wanted === 'stopped') wrong('started although it is to be off');
    if (actions === 'stop-only' && !wasAsked(life, question, 'running')) {
      // What was stopped for a change is started again whoever starts machines.
      const isBack = life.powered.findLast((act) => isOwn(life, act, question));
      if (isBack?.cause !== 'change') wrong('started although starts are left to people');
    }
  }
  if (action.kind === 'stop')
    judgeStop(life, { action, look, records }, { question, wanted, wrong });
  const { kind, machineId } = action;
  const cause = action.kind === 'stop' ? { cause: action.cause } : {};
  life.powered.push({
    by: 'controller',
    kind,
    machineId,
    uid: record.uid,
    at: look.at,
    isBeside: isAside || cause.cause === 'beside',
    ...cause,
  });
}

/** What is asked of a record's machine. */
export function questionOf(
  record: DevInstanceRecord,
  machine: SimInstance,
  look: Pick<Look, 'at' | 'asked' | 'did'>,
): Question {
  const ordinal = machine.tags[tagKeys.ordinal];
  return {
    name: record.name,
    machineId: machine.id,
    uid: record.uid,
    ...(machine.boot.count === 1
      ? { made: { at: machine.launchedAt, isFirst: ordinal === '1' } }
      : {}),
    schedule: record.effective.schedule,
    at: look.at,
    asked: look.asked,
    did: look.did,
  };
}

function wasAsked(life: Life, { name, asked }: Question, state: 'running' | 'stopped'): boolean {
  return life.asked
    .slice(0, asked)
    .some(({ name: of, work }) => of === name && work.kind === 'override' && work.state === state);
}

function judgeStop(
  life: Life,
  { action, look, records }: Case,
  {
    question,
    wanted,
    wrong,
  }: { question: Question; wanted: Wanted; wrong: (what: string) => void },
): void {
  if (action.kind !== 'stop') return;
  const { schedule } = question;
  switch (action.cause) {
    case 'duty':
      if (wanted === 'running') wrong('stopped although it is to run');
      if (schedule.actions === 'start-only' && !wasAsked(life, question, 'stopped')) {
        wrong('stopped although stops are left to people');
      }
      return;
    case 'idle':
      judgeIdleStop(life, { action, look, records }, { question, wrong });
      return;
    case 'max-uptime':
      judgeLongStop(life, action, { question, wrong });
      return;
    case 'orphaned':
      if (look.named.has(action.name)) wrong('it is no orphan');
      return;
    case 'retired':
      if (records.get(action.name)?.effective.lifecycle !== 'retired') wrong('it is not retired');
      return;
    case 'change': {
      const record = records.get(action.name);
      if (record !== undefined) judgeChangeStop(life, action, { look, record, wrong });
      return;
    }
  }
}

function judgeIdleStop(
  life: Life,
  { action, look }: Case,
  { question: { schedule }, wrong }: { question: Question; wrong: (what: string) => void },
): void {
  if (action.kind !== 'stop') return;
  const activity = look.activity.get(action.machineId);
  const idleMs = (schedule.idleStopAfterMinutes ?? Number.NaN) * minuteMs;
  const since = Date.parse(activity?.idleSince ?? '');
  if (!(look.at - since >= idleMs)) wrong(`stopped as idle, idle since ${activity?.idleSince}`);
  if (look.at - Date.parse(activity?.at ?? '') > 15 * minuteMs) wrong('its host is silent');
  const isAsked = life.asked.slice(0, look.asked).some((request) => {
    const { name, work, expiresAt, id } = request;
    if (name !== action.name || work.kind !== 'override' || work.state !== 'running') return false;
    const isLast =
      life.asked.findLast((other) => other.name === name && other.work.kind === 'override') ===
      request;
    return isLast && !life.cancelled.has(id) && Date.parse(expiresAt) > look.at - idleMs;
  });
  const wasUndone = life.powered.some(
    (act) => isOwn(life, act, action) && act.by === 'person' && act.kind !== 'start',
  );
  if (isAsked && !wasUndone) wrong('stopped as idle while or right after it was asked for');
}

function judgeLongStop(
  life: Life,
  action: Action & { readonly kind: 'stop' },
  { question, wrong }: { question: Question; wrong: (what: string) => void },
): void {
  const { schedule } = question;
  const machine = life.rig.truth().instances[action.machineId];
  const maxMs = (schedule.maxUptimeMinutes ?? Number.NaN) * minuteMs;
  const wasChanged = life.powered.some((act) => isOwn(life, act, action) && act.cause === 'change');
  const upMs = question.at - (machine?.launchedAt ?? 0);
  if (!(upMs >= maxMs) && !wasChanged) wrong(`stopped after ${upMs / minuteMs} min`);
}

/**
 * Nothing that belongs to a DevInstance from which hands are kept off is touched; a replacement
 * under way is brought to its end, or back.
 */
function checkHandsOff(life: Life, { action, look, records }: Case, wrong: (what: string) => void) {
  const { instances, volumes } = life.rig.truth();
  const ids = new Set(JSON.stringify(action).match(/\b(i|vol)-[0-9a-f]+/g) ?? []);
  const owners = [...records.values()]
    .filter(({ machineId, homeId }) => ids.has(machineId ?? '') || ids.has(homeId ?? ''))
    .filter(
      ({ uid, machineId = '', homeId = '' }) =>
        (ids.has(machineId) && instances[machineId]?.tags[tagKeys.uid] === uid) ||
        (ids.has(homeId) && volumes[homeId]?.tags[tagKeys.uid] === uid),
    )
    .map(({ name }) => name);
  for (const name of new Set([action.name, ...owners])) {
    if (records.get(name)?.replacement !== undefined) continue;
    const question = { name, at: look.at, asked: look.asked } as Question;
    const suspended = suspensionOf(life, question);
    if (suspended !== undefined)
      wrong(`${name} is suspended by ${suspended.name === everyName ? 'all' : 'name'}`);
    if (look.suspendedInGit.has(name) && records.get(name)?.effective.lifecycle === 'suspended') {
      wrong(`${name} is suspended in git`);
    }
  }
}

async function checkRecords(life: Life): Promise<void> {
  for (const { uid, machineId, power, name } of (await recordsOf(life)).values()) {
    if (power?.by !== 'person' || life.ledgerLostAt !== undefined) continue;
    const kinds = power.state === 'running' ? ['start'] : ['stop', 'shutDown'];
    const did = life.powered.some(
      (act) =>
        isOwn(life, act, { machineId: machineId ?? '' }) &&
        act.by === 'person' &&
        kinds.includes(act.kind) &&
        act.at <= Date.parse(power.at) + 1_000,
    );
    if (!did) life.wrongs.push(`${name} ${uid}: ${JSON.stringify(power)}, and nobody did it`);
  }
  const [first] = life.wrongs;
  if (first !== undefined) throw new Error(life.wrongs.join('\n'));
}
