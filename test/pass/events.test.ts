import { expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { ask, livingRig, settleAt, told } from '../support/living-rig.ts';
import { idOf, publish } from '../support/pair.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const spec = makeSpec();

async function reasons(rig: Rig): Promise<readonly string[]> {
  return (await rig.ledger.events('ada-01')).map(({ reason }) => reason);
}

/** What was told since the last look. */
async function news(rig: Rig, seen: readonly string[]): Promise<readonly string[]> {
  return (await reasons(rig)).slice(seen.length);
}

/** One pass, a moment after what was before. */
async function passLater(rig: Rig): Promise<void> {
  await rig.wait(1_000);
  await rig.pass();
}

test('a creation is told step by step, and then nothing more', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  await rig.settle();
  expect(await reasons(rig)).toEqual([
    'MachineLaunched',
    'HomeCreated',
    'TagsCorrected',
    'HomeAttached',
    'Ready',
    'TagsCorrected',
  ]);
  const seen = await reasons(rig);
  await rig.settle();
  expect(await news(rig, seen)).toEqual([]);
});

test('a day of a machine is told with its reasons', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  await rig.settle();
  const seen = await rig.ledger.events();
  await rig.wait(10 * hourMs);
  await rig.settle();
  await rig.wait(13 * hourMs);
  await rig.settle();
  const events = (await rig.ledger.events()).slice(seen.length);
  expect(
    events.map(({ reason, message }) => `${reason}: ${message.replace(/i-\w+/, 'i-1')}`),
  ).toEqual([
    'MachineStopped: stopped i-1: outside every window',
    'MachineStarted: started i-1: window mon-fri 08:00-19:00 Europe/Madrid',
    'Ready: i-1 is ready',
  ]);
  for (const event of events) expect(event).toMatchObject({ name: 'ada-01', type: 'Normal' });
});

test('a hold is told once however many passes it stands, also by another controller', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  await rig.settle();
  const seen = await reasons(rig);
  rig.desired = makeDesired([makeSpec({ homeVolume: { ...spec.homeVolume, sizeGib: 50 } })]);
  for (let passes = 0; passes < 3; passes++) await passLater(rig);
  expect(await news(rig, seen)).toEqual(['SpecChanged', 'HomeShrinkRefused']);
  rig.desired = makeDesired([spec]);
  for (let passes = 0; passes < 3; passes++) await passLater(rig);
  expect((await news(rig, seen)).slice(2)).toEqual(['SpecChanged', 'HoldCleared']);
});

test('a refusal is told once, and its end by what was done', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({
    action: 'RunInstances',
    when: 'before',
    error: 'UnauthorizedOperation',
    times: 3,
  });
  for (let passes = 0; passes < 5; passes++) {
    await rig.settle();
    await rig.wait(minuteMs);
  }
  const told = await reasons(rig);
  expect(told.filter((reason) => reason === 'ActionRefused')).toHaveLength(1);
  expect(told.slice(0, 2)).toEqual(['ActionRefused', 'MachineLaunched']);
});

test('a controller that lost its ledger tells what it took over', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  await rig.settle();
  await rig.loseLedger();
  await rig.settle();
  expect(await reasons(rig)).toEqual(['Adopted']);
});

test('a settled pass writes no events', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  await rig.settle();
  const before = await rig.ledger.records();
  rig.ledger.putEvents = () => {
    throw new Error('nothing happened');
  };
  await rig.pass();
  expect(await rig.ledger.records()).toEqual(before);
});

test('a machine that is started for a rollback is told to have home and duty', async () => {
  const rig = await livingRig({ upgrade: { when: 'any-time' } });
  await publish(rig);
  await rig.settle();
  await ask(rig, { kind: 'rollback' }, 24);
  await settleAt(rig, '10:30');
  const [old, made] = [idOf(rig, 1), idOf(rig, 2)];
  expect(await told(rig, 'MachineStopped', 'MachineStarted')).toEqual([
    `MachineStopped stopped ${old}: it is replaced`,
    `MachineStopped stopped ${made}: asked for by ada: release`,
    `MachineStarted started ${old}: it is to have home and duty`,
  ]);
});
