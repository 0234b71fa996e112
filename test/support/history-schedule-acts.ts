import type { ResolvedSchedule } from '../../controller/core/desired.ts';
import { hourMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { everyName, type RequestedWork } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { desiredOf, isBeside, type Life, machinesOf, pick } from './history-life.ts';

/** What an act is about: two names, and a number that decides the rest. */
export interface Aim {
  readonly name: string;
  readonly other: string;
  readonly n: number;
}

export type Acts = Readonly<Record<string, (life: Life, aim: Aim) => unknown>>;

/** What happens to the time at which machines run: commands, schedules in git, people, clocks. */
export const scheduleActs: Acts = {
  ...commandActs(),
  ...scheduleEdits(),
  ...powerActs(),
  ...clockActs(),
};

/** Their names, the commonest more often. */
export const scheduleActNames: readonly string[] = [
  ...Object.keys(scheduleActs),
  ...['askExtend', 'askExtend', 'askStart', 'askStop', 'cancel', 'askSuspend', 'resume'],
  ...['start', 'stop', 'shutDown', 'use', 'leave', 'idleStop', 'maxUptime'],
  ...Array<string>(6).fill('beforeNext'),
  ...Array<string>(6).fill('atNext'),
  ...Array<string>(4).fill('afterNext'),
];

const lengthsMinutes = [15, 60, 120, 240, 480, 840, 1440, 2400];

/** A command on a computer whose clock may run ahead of the controller's. */
const skewMs = 2 * minuteMs;

/** Puts a request as a command does. */
export async function putRequest(
  life: Life,
  name: string,
  asked: { readonly work: RequestedWork; readonly lengthMs: number; readonly aheadMs?: number },
): Promise<void> {
  const { work, lengthMs, aheadMs = 0 } = asked;
  life.requests += 1;
  const putAt = life.rig.account.clock.now();
  const at = plusMillis(putAt, aheadMs);
  const id = `req-${life.requests}`;
  const expiresAt = plusMillis(at, lengthMs);
  const request = { id, name, work, actor: 'grace', reason: 'test', at, expiresAt };
  await life.rig.ledger.putRequest(request);
  life.asked.push({ ...request, putAt: Date.parse(putAt) });
}

function commandActs(): Acts {
  const override =
    (command: 'extend' | 'start' | 'stop') =>
    (life: Life, { name, n }: Aim) =>
      putRequest(life, name, {
        work: { kind: 'override', state: command === 'stop' ? 'stopped' : 'running', command },
        lengthMs: (lengthsMinutes[n % 8] ?? 15) * minuteMs,
        aheadMs: n % 7 === 0 ? skewMs : 0,
      });
  const endSome = async (
    life: Life,
    isMeant: (name: string, kind: string) => boolean,
    n: number,
  ) => {
    const open = (await life.rig.ledger.requests()).filter(
      ({ ended, name, work }) => ended === undefined && isMeant(name, work.kind),
    );
    const one = pick(open, n);
    if (one === undefined) return;
    const at = life.rig.account.clock.now();
    await life.rig.ledger.endRequest(one.id, { at, result: 'cancelled', message: 'by grace' });
    life.cancelled.add(one.id);
  };
  return {
    askExtend: override('extend'),
    askStart: override('start'),
    askStop: override('stop'),
    cancel: (life, { name, n }) =>
      endSome(life, (of, kind) => kind === 'override' && of === name, n),
    askSuspend: (life, { name, n }) =>
      putRequest(life, n % 4 === 0 ? everyName : name, {
        work: { kind: 'suspend' },
        lengthMs: (lengthsMinutes[n % 7] ?? 15) * minuteMs,
      }),
    resume: (life, { n }) => endSome(life, (_, kind) => kind === 'suspend', n),
  };
}

const weeks: readonly ResolvedSchedule['windows'][] = [
  [{ days: ['mon-fri'], start: '08:00', end: '19:00' }],
  [{ days: ['mon-sun'], start: '10:00', end: '12:00' }],
  [
    { days: ['mon-fri'], start: '09:00', end: '13:00' },
    { days: ['mon-fri'], start: '15:00', end: '18:00' },
  ],
  [{ days: ['mon-fri'], start: '20:00', end: '04:00' }],
  [{ days: ['sat', 'sun'], start: '00:00', end: '24:00' }],
];

function scheduleEdits(): Acts {
  const edit =
    (change: (n: number) => Partial<ResolvedSchedule>) =>
    (life: Life, { name, n }: Aim) => {
      const spec = life.git.files.get(name);
      if (spec === undefined) return;
      const { mode: _, ...schedule } = spec.schedule;
      const { mode } = spec.schedule;
      const merged = { ...schedule, ...(mode === undefined ? {} : { mode }), ...change(n) };
      life.git.files.set(name, { ...spec, schedule: withoutUndefined(merged) });
      life.editedAt.set(name, Date.parse(life.rig.account.clock.now()));
      life.rig.desired = desiredOf(life);
    };
  const some = (values: readonly (number | undefined)[], n: number) => values[n % values.length];
  return {
    windows: edit((n) => ({ mode: undefined, windows: weeks[n % weeks.length] ?? [] }) as never),
    mode: edit((n) => ({ mode: n % 2 === 0 ? 'always' : 'never' })),
    hold: edit((n) => ({ manualStartHoldMinutes: some([0, 240, 720], n) ?? 0 })),
    manualStop: edit((n) => ({ manualStop: n % 2 === 0 ? 'restart' : 'until-next-window' })),
    actions: edit((n) => ({
      actions: (['both', 'start-only', 'stop-only'] as const)[n % 3] ?? 'both',
    })),
    idleStop: edit((n) => ({ idleStopAfterMinutes: some([30, 60, 180, undefined], n) }) as never),
    maxUptime: edit(
      (n) => ({ maxUptimeMinutes: some([120, 300, 720, 1200, undefined], n) }) as never,
    ),
    readyBy: edit((n) => ({ readyByMaxLeadMinutes: some([10, 20, 30, undefined], n) }) as never),
    notifyBefore: edit((n) => ({ notifyBeforeMinutes: some([0, 30, 240], n) ?? 0 })),
  };
}

function withoutUndefined<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}

function powerActs(): Acts {
  const power =
    (kind: 'start' | 'stop' | 'shutDown' | 'terminate') =>
    async (life: Life, { name, n }: Aim) => {
      const machine = pick(machinesOf(life, name), n);
      if (machine === undefined) return;
      const before = machine.power.settled;
      await life.rig.account.people[kind](machine.id);
      const at = Date.parse(life.rig.account.clock.now());
      const uid = machine.tags[tagKeys.uid] ?? '';
      const settled = life.rig.truth().instances[machine.id]?.power.settled;
      if (settled === before) return;
      const records = await life.rig.ledger.records();
      const isOther = records.some(({ record }) => isBeside(record, machine.id));
      const act = { by: 'person', kind, machineId: machine.id, uid, at } as const;
      life.powered.push({ ...act, isBeside: isOther });
    };
  const ofMachine =
    (act: (life: Life, id: string) => Promise<void>) =>
    (life: Life, { name, n }: Aim) =>
      act(life, pick(machinesOf(life, name), n)?.id ?? '');
  return {
    start: power('start'),
    stop: power('stop'),
    shutDown: power('shutDown'),
    terminate: power('terminate'),
    use: ofMachine(({ rig }, id) => rig.account.people.use(id)),
    leave: ofMachine(({ rig }, id) => rig.account.people.leave(id)),
    silence: ofMachine(({ rig }, id) => rig.account.conditions.silenceHost(id)),
  };
}

/** Time passes until right before, at or right after the next start or stop, or the next look. */
function clockActs(): Acts {
  const until =
    (offsetMs: number) =>
    async ({ rig }: Life, { name, n }: Aim) => {
      const { transitions, wakeAt } = await rig.plan();
      const own = transitions.find((transition) => transition.name === name)?.at;
      const next = n % 3 === 0 ? wakeAt : (own ?? wakeAt);
      if (next === undefined) return;
      const waitMs = Date.parse(next) + offsetMs - Date.parse(rig.account.clock.now());
      await rig.wait(Math.min(Math.max(0, waitMs), 4 * 24 * hourMs));
    };
  return { beforeNext: until(-1_000), atNext: until(0), afterNext: until(1_000) };
}
