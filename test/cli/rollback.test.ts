import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import { runEvents } from '../../controller/cli/events.ts';
import { UsageError } from '../../controller/cli/io.ts';
import { rollbackWith, runRollback } from '../../controller/cli/rollback.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { fileLedger } from '../../controller/ledgers/file.ts';
import { type Ledger, OperatorError } from '../../controller/ports.ts';
import { asked, type Met, makeAskingRig } from '../support/asking-rig.ts';
import { listen, makeCliFleet } from '../support/cli-fleet.ts';
import { desiredOf, devInstanceFile, livingTree } from '../support/files-world.ts';
import {
  keptMachine,
  keptRecord,
  newImage,
  nextImage,
  oldImage,
  otherHash,
  replacing,
} from '../support/rolled.ts';
import { lastWeek, makeObserved, mondayMorning } from '../support/world.ts';

const me = userInfo().username;

/** Of the new image, with its predecessor kept. */
const record: Partial<DevInstanceRecord> = { image: newImage, kept: keptRecord() };
const replaced: Met = { record, beside: [keptMachine()] };
const previous = { image: oldImage, specHash: undefined };
const toStay = (over = {}): Met => ({
  record: { image: newImage, replacement: replacing({ oldId: 'i-ada-01', ...over }) },
});

async function ask(met: Met, reason = '') {
  const rig = await makeAskingRig(met);
  const code = await rollbackWith(rig.parts, 'ada-01', reason, rig.io);
  return { ...rig, code, out: rig.io.heard.out };
}

const next =
  '  the controller does it at its next pass; devinstance events ada-01 shows what came of it\n';

test.each<{ it: string; met: Met; says: string }>([
  {
    it: 'to the machine that was kept',
    met: replaced,
    says: `asked to take ada-01 back to i-00000000 (ami-00000000, ubuntu-24.04-0), which was kept stopped
  its running machine i-ada-01 is stopped for it: save your work; expected away: up to 15 min
  home vol-ada-01 moves over, snapshotted first
  ami-00000001 is not made again for ada-01 until its channel names a newer one or git says so
  to make it lasting, in its file under spec:
    image: {id: ami-00000000}
${next}`,
  },
  {
    it: 'to a kept machine of the same image, as its spec changed',
    met: {
      record: { image: newImage, kept: keptRecord({ image: newImage, specHash: otherHash }) },
      beside: [keptMachine({ imageId: newImage.imageId })],
      machine: 'stopped',
    },
    says: `asked to take ada-01 back to i-00000000 (ami-00000001, ubuntu-24.04-1), which was kept stopped
  home vol-ada-01 moves over, snapshotted first
  the change of its spec (root volume, network, permissions or user-data) is not made again until git changes it: take it back there
${next}`,
  },
  {
    it: 'to the image before, as its machine is gone, while its channel went on',
    met: {
      record: { ...record, previous },
      observed: {
        images: new Map([
          ['ubuntu-24.04', { ...usable(), imageId: nextImage.imageId, imageName: nextImage.name }],
        ]),
      },
    },
    says: `asked to take ada-01 back to ami-00000000 (ubuntu-24.04-0), on a new machine, as the one before is gone
  its running machine i-ada-01 is stopped for it: save your work; expected away: up to 15 min
  home vol-ada-01 moves over, snapshotted first
  ami-00000001 is not made again for ada-01 until its channel names a newer one or git says so
  its channel names ami-00000002 by now, which is made all the same
  to make it lasting, in its file under spec:
    image: {id: ami-00000000}
${next}`,
  },
  {
    it: 'from an image that git names',
    met: { ...replaced, record: { ...record, image: { ...newImage, source: 'id' } } },
    says: `asked to take ada-01 back to i-00000000 (ami-00000000, ubuntu-24.04-0), which was kept stopped
  its running machine i-ada-01 is stopped for it: save your work; expected away: up to 15 min
  home vol-ada-01 moves over, snapshotted first
  ami-00000001 is not made again for ada-01 until git names another
  to make it lasting, in its file under spec:
    image: {id: ami-00000000}
${next}`,
  },
  {
    it: 'out of a replacement that has not touched the home',
    met: { ...toStay({ newId: 'i-00000002' }), machine: 'stopped' },
    says: `asked to give up the replacement of ada-01: home and duty stay with i-ada-01
  i-ada-01, which was stopped for it, takes its duty again
  i-00000002, which never had the home, is terminated
  ami-00000002 is not made again for ada-01 until its channel names a newer one or git says so
  to make it lasting, in its file under spec:
    image: {id: ami-00000001}
${next}`,
  },
  {
    it: 'where nothing is acted on',
    met: { ...replaced, machine: 'stopped', fleet: { mode: 'observe' } },
    says: `asked to take ada-01 back to i-00000000 (ami-00000000, ubuntu-24.04-0), which was kept stopped
  home vol-ada-01 moves over, snapshotted first
  ami-00000001 is not made again for ada-01 until its channel names a newer one or git says so
  to make it lasting, in its file under spec:
    image: {id: ami-00000000}
  the Fleet is in mode: observe, so the controller acts on nothing there
`,
  },
])('$it', async ({ met, says }) => {
  const { code, out, open } = await ask(met, 'it is slow');
  expect({ code, out }).toEqual({ code: 0, out: says });
  expect(await open()).toEqual([
    {
      id: expect.any(String),
      name: 'ada-01',
      work: { kind: 'rollback' },
      actor: me,
      reason: 'it is slow',
      at: mondayMorning,
      expiresAt: '2026-11-24T09:00:00.000Z',
    },
  ]);
});

function usable() {
  const image = makeObserved().images.get('ubuntu-24.04');
  if (image?.usable !== true) throw new Error('the channel has no image');
  return image;
}

test.each([
  ['', 'under spec', ['specs/instances/ada-01.yaml under spec']],
  ['  image: {channel: ubuntu}\n', 'in place', ['specs/instances/ada-01.yaml:7:3 in place of']],
])('with %j in its file it says what to write where', async (lines, _, [place = '']) => {
  const desired = desiredOf([...livingTree, devInstanceFile('ada-01', lines)]);
  const { out } = await ask({ ...replaced, desired });
  expect(out).toContain(place);
});

test('of a spec that is taken back, the fields are named where an event tells them', async () => {
  const kept = keptRecord({ image: newImage, specHash: otherHash });
  const changed = { name: 'ada-01', type: 'Normal', reason: 'SpecChanged' } as const;
  const { out } = await ask({
    record: { image: newImage, kept },
    beside: [keptMachine({ imageId: newImage.imageId })],
    events: [
      { ...changed, at: lastWeek, message: 'rootVolume.sizeGib 200 -> 150; labels.team a -> b' },
      { ...changed, at: mondayMorning, message: 'rootVolume.type gp2 -> gp3' },
    ],
  });
  expect(out).toContain(
    '  the change of its spec (last: rootVolume.sizeGib 200 -> 150) is not made again until git changes it: take it back there\n',
  );
});

test.each<readonly [string, Met, string, string]>([
  ['i-00000000', replaced, 'it is slow', `${me} asked to go back to i-00000000: it is slow`],
  ['an image', { record: { ...record, previous } }, '', `${me} asked to go back to ami-00000000`],
  ['staying', toStay(), '', `${me} asked to give up its replacement and stay with i-ada-01`],
])('an event tells of %s', async (_, met, reason, message) => {
  const { ledger } = await ask(met, reason);
  const told = { reason: 'RollbackAsked', type: 'Normal', source: 'command', at: mondayMorning };
  expect(await ledger.events()).toEqual([{ name: 'ada-01', ...told, message }]);
});

const before = asked({ work: { kind: 'rollback' } });
const already = `a rollback of ada-01 is asked for already, 2026-11-16 10:00 Madrid by bob: release
  devinstance events ada-01 shows what comes of it
`;

test('what is asked for already is said, and not asked for again', async () => {
  const { code, out, open, ledger } = await ask({ ...replaced, requests: [before] });
  expect({ code, out }).toEqual({ code: 0, out: already });
  expect(await open()).toEqual([before]);
  expect(await ledger.events()).toEqual([]);
});

test.each<readonly [string, Partial<LedgerRequest>]>([
  ['expired', { expiresAt: mondayMorning }],
  ['of another DevInstance', { name: 'bob-01' }],
  ['for something else', { work: { kind: 'snapshot-home' } }],
])('a request that is %s is none', async (_, over) => {
  const { open } = await ask({ ...replaced, requests: [{ ...before, ...over }] });
  const mine = (await open()).filter(({ actor }) => actor === me);
  expect(mine).toEqual([expect.objectContaining({ name: 'ada-01', work: { kind: 'rollback' } })]);
});

/** Asks with a ledger in which something happens right after the request is written. */
async function askBeside(met: Met, act: (ledger: Ledger) => Promise<unknown>) {
  const rig = await makeAskingRig(met);
  const putRequest = async (request: LedgerRequest) => {
    await rig.ledger.putRequest(request);
    await act(rig.ledger);
  };
  const parts = { ...rig.parts, ledger: { ...rig.ledger, putRequest } };
  await rollbackWith(parts, 'ada-01', '', rig.io);
  return { ...rig, out: rig.io.heard.out };
}

test('of two who ask in the same moment the first is heard', async () => {
  const { out, open } = await askBeside(replaced, (ledger) => ledger.putRequest(before));
  expect(out).toBe(already);
  expect(await open()).toEqual([before]);
});

test('a home that has left meanwhile is said', async () => {
  const { out } = await askBeside(toStay(), async (ledger) => {
    const [stored] = await ledger.records();
    if (stored?.record.replacement === undefined) throw new Error('nothing is replaced');
    const replacement = { ...stored.record.replacement, detachedAt: mondayMorning };
    await ledger.putRecord({ ...stored.record, replacement }, stored.version, 1);
  });
  expect(out).toContain(
    '  meanwhile the home of ada-01 is moving in a replacement, which ends first: ask again when it has; devinstance describe ada-01 shows how far it is\n',
  );
});

test.each<{ it: string; met: Met; message: string; remedy: string }>([
  {
    it: 'one that was never replaced',
    met: {},
    message: 'no machine and no image of ada-01 is there to go back to',
    remedy: 'to have another image, name it in its file',
  },
  {
    it: 'one that was taken back before',
    met: {
      ...replaced,
      record: { ...record, denial: { at: lastWeek, actor: 'bob', image: oldImage } },
    },
    message: 'what ada-01 would go back to is what it was taken back from',
    remedy:
      'to have ami-00000000 all the same, write image: {id: ami-00000000} under spec in its file',
  },
  {
    it: 'one that is not made yet',
    met: { isUnmade: true },
    message: 'ada-01 is not made yet',
    remedy: 'ask again once it is; devinstance plan shows what it waits for',
  },
  {
    it: 'one whose file is gone',
    met: { ...replaced, isGone: true },
    message: 'the file of ada-01 is gone from the specs',
    remedy: 'restore its file to have it follow commands again',
  },
  {
    it: 'one that is suspended by command',
    met: { ...replaced, requests: [asked({ work: { kind: 'suspend' } })] },
    message: 'ada-01 is suspended until Thu 10:00 Madrid by bob: release',
    remedy: 'devinstance resume ada-01 ends that',
  },
])('$it is refused, and nothing is written', async ({ met, message, remedy }) => {
  const rig = await makeAskingRig(met);
  const written = await rig.written();
  const refusal = await rollbackWith(rig.parts, 'ada-01', '', rig.io).catch((error) => error);
  expect(refusal).toBeInstanceOf(OperatorError);
  expect([refusal.message, refusal.remedy]).toEqual([message, remedy]);
  expect(await rig.written()).toEqual(written);
});

test('a reason that is too long is wrong usage', async () => {
  const { globals } = await makeCliFleet();
  const run = runRollback('ada-01', { reason: 'x'.repeat(201) }, globals, listen());
  await expect(run).rejects.toBeInstanceOf(UsageError);
});

test('on an account and a ledger in files, what was asked for shows in the events', async () => {
  const fleet = await makeCliFleet();
  const options = { untilSettled: true, timeout: '2h' };
  expect(await runController(options, fleet.globals, listen())).toBe(0);
  const ledger = fileLedger(join(fleet.path, 'ledger.json'));
  const stored = (await ledger.records()).find((one) => one.record.name === 'ada-01');
  if (stored === undefined) throw new Error('ada-01 is not made');
  await ledger.putRecord({ ...stored.record, previous }, stored.version, 1_000);
  const io = listen();
  expect(await runRollback('ada-01', { reason: 'it is slow' }, fleet.globals, io)).toBe(0);
  expect(io.heard.out).toMatch(/^asked to take ada-01 back to ami-00000000 \(ubuntu-24\.04-0\)/);
  expect((await ledger.requests()).map(({ work }) => work)).toEqual([{ kind: 'rollback' }]);
  const told = listen();
  await runEvents('ada-01', { output: 'table' }, fleet.globals, told);
  expect(told.heard.out).toMatch(
    /RollbackAsked +ada-01 +\S+ asked to go back to ami-00000000: it is slow/,
  );
});
