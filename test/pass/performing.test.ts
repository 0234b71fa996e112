import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { PassReport } from '../../controller/pass.ts';
import { LedgerConflict } from '../../controller/ports.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { lastWeek, makeDesired, makeSpec } from '../support/world.ts';

const { homeVolume } = makeSpec();

function specs(count: number, over: Parameters<typeof makeSpec>[0] = {}) {
  return Array.from({ length: count }, (_, n) =>
    makeSpec({ name: `dev-${String(n).padStart(3, '0')}`, ...over }),
  );
}

async function living(count: number): Promise<Rig> {
  const rig = await makeRig(makeDesired(specs(count)), { delays: hasty });
  expect((await rig.settle()).end).toBe('settled');
  return rig;
}

/** One machine whose tags differ from its spec, and one whose home does: two calls of different kinds. */
async function tagsAndGrowth(): Promise<Rig> {
  const rig = await living(2);
  const [one, two] = specs(2);
  if (one === undefined || two === undefined) throw new Error('two');
  rig.desired = makeDesired([
    { ...one, tags: { team: 'core' } },
    { ...two, homeVolume: { ...homeVolume, sizeGib: 150 } },
  ]);
  return rig;
}

/** Waits, without time passing, for what others do meanwhile. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  do await new Promise((done) => setImmediate(done));
  while (!(await isSo()));
}

async function openSteps(rig: Rig): Promise<readonly (string | undefined)[]> {
  const records = (await rig.ledger.records()).map(({ record }) => record);
  return records.map(({ step }) => step?.action.kind);
}

const changes = ({ account }: Rig) => account.calls.filter(({ isMutation }) => isMutation);

const kinds = ({ outcomes }: PassReport) => outcomes.map(({ action }) => action.kind);
const results = ({ outcomes }: PassReport) => outcomes.map(({ outcome }) => outcome.result);

test('a pass goes on for twenty seconds; what is left comes with the next one', async () => {
  const rig = await living(60);
  rig.desired = makeDesired(specs(60, { homeVolume: { ...homeVolume, sizeGib: 150 } }));
  const batches: number[] = [];
  rig.beforePerform = (actions) => {
    batches.push(actions.length);
    rig.steadyMs += 20_001;
  };
  const first = await rig.pass();
  expect([first.isComplete, first.outcomes.length, batches]).toEqual([false, 10, [10]]);
  const steps = (await rig.ledger.records()).filter(({ record }) => record.step !== undefined);
  expect(steps).toEqual([]);
  rig.beforePerform = () => {};
  const second = await rig.pass();
  expect([second.isComplete, second.outcomes.length]).toEqual([true, 50]);
});

test('twenty seconds to the millisecond are not over yet', async () => {
  const rig = await living(15);
  rig.desired = makeDesired(specs(15, { homeVolume: { ...homeVolume, sizeGib: 150 } }));
  rig.beforePerform = () => {
    rig.steadyMs += 20_000;
  };
  expect(await rig.pass()).toMatchObject({ isComplete: true });
});

test('a lease that runs out in mid-pass: nothing more is sent, nothing is left half-done', async () => {
  const rig = await tagsAndGrowth();
  rig.beforePerform = () => {
    rig.steadyMs += 60_000;
  };
  const before = rig.account.calls.filter((call) => call.isMutation).length;
  const report = await rig.pass();
  expect(report.isComplete).toBe(false);
  expect(results(report)).toEqual(['not-sent', 'not-sent']);
  expect(rig.account.calls.filter((call) => call.isMutation)).toHaveLength(before);
  const records = (await rig.ledger.records()).map(({ record }) => record);
  expect(records.map(({ step, retries }) => [step, retries])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
  rig.beforePerform = () => {};
  expect((await rig.settle()).end).toBe('settled');
});

test('a call that is slow in coming keeps no other kind from going on to its end', async () => {
  const rig = await tagsAndGrowth();
  rig.beforePerform = async ([action]) => {
    if (action?.kind !== 'tag') return;
    await until(() => rig.events.includes('ModifyVolume'));
    await until(async () => (await openSteps(rig)).join() === 'tag,');
  };
  const report = await rig.pass();
  expect(rig.events.filter((event) => /^(Create|Modify)/.test(event))).toEqual([
    'ModifyVolume',
    'CreateTags',
  ]);
  // What is told and recorded keeps the plan's order all the same.
  expect(kinds(report)).toEqual(['tag', 'modify-home']);
  expect([report.isComplete, results(report)]).toEqual([true, ['done', 'done']]);
});

test('kinds that come to the same call wait for one another, in the order of the plan', async () => {
  const anyTime = { upgrade: { when: 'any-time' } } as const;
  const rig = await makeRig(makeDesired(specs(2, anyTime)), { delays: hasty });
  await rig.settle();
  const [one, two] = specs(2, anyTime);
  if (one === undefined || two === undefined) throw new Error('two');
  rig.desired = makeDesired([{ ...one, instanceType: 'm7i.xlarge' }, two]);
  expect(kinds(await rig.pass())).toEqual(['stop']);
  await rig.wait(minuteMs);
  const records = (await rig.ledger.records()).map(({ record }) => record);
  const machineId = records.find(({ name }) => name === two.name)?.machineId ?? '';
  await rig.account.people.setDeleteOnTermination(machineId, '/dev/sdf');
  const begun: unknown[] = [];
  rig.beforePerform = async ([action]) => {
    begun.push(action?.kind);
    if (action?.kind === 'protect-home') await new Promise((done) => setImmediate(done));
    begun.push('sent');
  };
  expect(kinds(await rig.pass())).toEqual(['protect-home', 'set-type']);
  expect(begun).toEqual(['protect-home', 'sent', 'set-type', 'sent']);
  rig.beforePerform = () => {};
  expect((await rig.settle()).end).toBe('settled');
});

test('time that runs out while kinds go on side by side leaves no step behind', async () => {
  const rig = await living(30);
  const [odd, even] = [{ tags: { team: 'core' } }, { homeVolume: { ...homeVolume, sizeGib: 150 } }];
  rig.desired = makeDesired(specs(30).map((spec, n) => ({ ...spec, ...(n % 2 ? odd : even) })));
  rig.beforePerform = ([action]) => {
    if (action?.kind === 'tag') rig.steadyMs += 20_001;
  };
  const { isComplete, outcomes } = await rig.pass();
  expect([isComplete, outcomes.length]).toEqual([false, 20]);
  expect((await openSteps(rig)).filter((step) => step !== undefined)).toEqual([]);
  expect((await rig.settle()).end).toBe('settled');
});

test('a conflict in the ledger ends a pass only when nothing of it is under way any more', async () => {
  const rig = await tagsAndGrowth();
  const put = rig.ledger.putRecord;
  let isConflict = true;
  Object.assign(rig.ledger, {
    putRecord: async (...[record, version, epoch]: Parameters<typeof put>) => {
      if (isConflict && record.step?.action.kind === 'modify-home') {
        isConflict = false;
        throw new LedgerConflict('written by another');
      }
      return put(record, version, epoch);
    },
  });
  rig.beforePerform = async ([action]) => {
    if (action?.kind === 'tag') await until(() => !isConflict);
  };
  const report = await rig.pass();
  const again = rig.events.lastIndexOf('GetCallerIdentity');
  const first = rig.events.slice(0, again).filter((event) => !/^(Describe|Get)/.test(event));
  // What git says of both; their steps, of which one met the conflict; the other one taken back
  // without its call.
  expect(first).toEqual(Array.from({ length: 5 }, () => 'putRecord'));
  expect(kinds(report)).toEqual(['tag', 'modify-home']);
  expect(results(report)).toEqual(['done', 'done']);
  expect(await openSteps(rig)).toEqual([undefined, undefined]);
});

test('a pass that is killed in one kind begins nothing of another', async () => {
  const rig = await living(30);
  const [odd, even] = [{ tags: { team: 'core' } }, { homeVolume: { ...homeVolume, sizeGib: 150 } }];
  rig.desired = makeDesired(specs(30).map((spec, n) => ({ ...spec, ...(n % 2 ? odd : even) })));
  let tagged = false;
  rig.beforePerform = async ([action]) => {
    if (action?.kind === 'tag') {
      tagged = true;
      throw new Error('killed');
    }
    await until(() => tagged);
  };
  const before = changes(rig).length;
  await expect(rig.pass()).rejects.toThrow('killed');
  expect(changes(rig)).toHaveLength(before);
  rig.beforePerform = () => {};
  await rig.wait(minuteMs);
  expect((await rig.settle()).end).toBe('settled');
  const grown = changes(rig).filter(({ action }) => action === 'ModifyVolume');
  expect(grown).toHaveLength(15);
});

test('each step is in the ledger before its call', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  const [image] = Object.keys(rig.truth().images);
  // Else the first image would be tagged as completed.
  await rig.account.people.tag(image ?? '', { [tagKeys.phase]: 'completed' });
  await rig.settle();
  const marks = rig.events.filter(
    (event) => event === 'putRecord' || !/^(Describe|Get)/.test(event),
  );
  const calls = ['RunInstances', 'CreateVolume', 'CreateTags', 'AttachVolume'];
  expect(marks.filter((mark) => !/^put/.test(mark))).toEqual([...calls, 'CreateTags']);
  for (const call of calls) expect(marks[marks.indexOf(call) - 1]).toBe('putRecord');
});

test('a crash between step and call: the next controller knows what it must not do twice', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  rig.beforePerform = () => {
    throw new Error('killed');
  };
  await expect(rig.pass()).rejects.toThrow('killed');
  const [stored] = await rig.ledger.records();
  expect(stored?.record).toMatchObject({ ordinal: 1, step: { action: { kind: 'launch' } } });
  const asked = stored?.record.step?.action;
  rig.desired = makeDesired([makeSpec({ instanceType: 'm7i.xlarge' })]);
  const sent: unknown[] = [];
  rig.beforePerform = (actions) => {
    sent.push(...actions);
  };
  await rig.wait(minuteMs);
  expect(kinds(await rig.pass())).toEqual(['launch']);
  expect(sent).toEqual([asked]);
});

test('a record that another controller changed in mid-pass: its step is not written over', async () => {
  const rig = await living(1);
  rig.desired = makeDesired(specs(1, { homeVolume: { ...homeVolume, sizeGib: 150 } }));
  let isFirst = true;
  const manualStart = { at: lastWeek, cause: 'person' } as const;
  const put = rig.ledger.putRecord;
  Object.assign(rig.ledger, {
    putRecord: async (...[record, version, epoch]: Parameters<typeof put>) => {
      if (isFirst) {
        isFirst = false;
        const [stored] = await rig.ledger.records();
        if (stored !== undefined) await put({ ...stored.record, manualStart }, version, epoch);
      }
      return put(record, version, epoch);
    },
  });
  const report = await rig.pass();
  expect(kinds(report)).toEqual(['modify-home']);
  const [stored] = await rig.ledger.records();
  expect(stored?.record.manualStart).toEqual(manualStart);
});

test('a step left by a crash, its file gone meanwhile: one machine, put away with its home', async () => {
  const rig = await living(2);
  const [one] = specs(2);
  if (one === undefined) throw new Error('one');
  const more = makeSpec({ name: 'new-01' });
  rig.desired = makeDesired([...specs(2), more]);
  rig.account.faults.add({ action: 'RunInstances', when: 'after', error: 'timeout' });
  await rig.pass();
  rig.desired = makeDesired(specs(2));
  await rig.wait(minuteMs);
  expect((await rig.settle()).end).toBe('settled');
  const { machines, homes } = await readTruth(rig.account);
  expect([machines.length, homes.length]).toEqual([3, 2]);
  await rig.wait(5 * 60 * minuteMs);
  await rig.settle();
  const records = await rig.ledger.records();
  const gone = records.find(({ record }) => record.name === 'new-01')?.record;
  expect(gone).toMatchObject({ ordinal: 1, power: { state: 'stopped' } });
  expect(gone).not.toHaveProperty('homeId');
});

test('a machine that dies while its home is being made: the home is found, the next one goes to it', async () => {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays: hasty });
  rig.account.faults.add({ action: 'CreateVolume', when: 'after', error: 'timeout' });
  for (let n = 0; n < 10; n += 1) {
    const { outcomes } = await rig.pass();
    if (outcomes.some(({ action }) => action.kind === 'create-home')) break;
    await rig.wait(1_000);
  }
  const [stored] = await rig.ledger.records();
  await rig.account.people.terminate(stored?.record.machineId ?? '');
  expect((await rig.settle()).end).toBe('settled');
  const { machines, homes } = await readTruth(rig.account);
  const live = machines.filter((machine) => machine.State?.Name === 'running');
  expect([live.length, homes.length]).toEqual([1, 1]);
  expect(homes[0]?.Attachments?.[0]?.InstanceId).toBe(live[0]?.InstanceId);
  expect(rig.account.disk(homes[0]?.VolumeId ?? '')).toBeDefined();
});

test('a clock that goes back an hour does nothing twice and hurries nothing', async () => {
  const rig = await living(1);
  const back = (at: string) => new Date(Date.parse(at) - 60 * minuteMs).toISOString();
  const { now } = rig.account.clock;
  Object.assign(rig.account.clock, { now: () => back(now()) });
  expect((await rig.settle()).end).toBe('settled');
  expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
});
