import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { UsageError } from '../../controller/cli/io.ts';
import { resumeWith, runResume, runSuspend, suspendWith } from '../../controller/cli/suspension.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { OperatorError } from '../../controller/ports.ts';
import { asked, handsOff, type Met, makeAskingRig, toRun } from '../support/asking-rig.ts';
import { listen } from '../support/cli-fleet.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const me = userInfo().username;
const until = '2026-11-24T11:00:00.000Z';
const reason = 'repair';
const next = '  the controller acts at its next pass\n';
const all = '*';

async function suspend(met: Met, target: string, asks = { until, reason }) {
  const rig = await makeAskingRig(met);
  const code = await suspendWith(rig.parts, target, asks, rig.io);
  return { ...rig, code, out: rig.io.heard.out };
}

async function resume(requests: readonly LedgerRequest[], target: string, met: Met = {}) {
  const rig = await makeAskingRig({ ...met, requests });
  const code = await resumeWith(rig.parts, target, rig.io);
  return { ...rig, code, out: rig.io.heard.out };
}

const one = (name: string, over: Partial<LedgerRequest> = {}) =>
  asked({ work: handsOff, id: `of-${name}`, name, ...over });

test.each([
  {
    target: 'ada-01',
    says: 'the controller keeps its hands off ada-01 until Tue 12:00 Madrid\n  devinstance resume ada-01 ends that\n',
    message: `${me} suspended it until ${until}: repair`,
  },
  {
    target: all,
    says: 'the controller keeps its hands off every DevInstance until Tue 11:00 UTC\n  devinstance resume --all ends that\n',
    message: `${me} suspended every DevInstance until ${until}: repair`,
  },
])('suspending $target is written, told and said', async ({ target, says, message }) => {
  const { code, out, open, ledger } = await suspend({}, target);
  expect({ code, out }).toEqual({ code: 0, out: says });
  const at = mondayMorning;
  const written = { name: target, work: handsOff, actor: me, reason, at, expiresAt: until };
  expect(await open()).toEqual([expect.objectContaining(written)]);
  expect(await ledger.events()).toEqual([
    { name: target, at, type: 'Normal', source: 'command', reason: 'Suspended', message },
  ]);
});

test.each([['ada-01'], [all]])(
  'suspending %s again takes the place of the one before',
  async (name) => {
    const requests = [
      one('ada-01'),
      one(all),
      one('bob-01'),
      asked({ work: toRun, id: 'override' }),
    ];
    const { open, ledger } = await suspend({ requests }, name);
    const former = (await ledger.requests()).filter(({ ended }) => ended !== undefined);
    expect(former.map(({ id, ended }) => [id, ended?.result, ended?.message])).toEqual([
      [`of-${name}`, 'done', `replaced by a newer suspension by ${me}`],
    ]);
    expect(await open()).toHaveLength(4);
  },
);

test('a step that is under way may still go through, and that is said', async () => {
  const action = { kind: 'stop', name: 'ada-01', machineId: 'i-ada-01', cause: 'duty' } as const;
  const { out } = await suspend({ record: { step: { action, at: mondayMorning } } }, 'ada-01');
  expect(out).toContain('\n  a step (stop) is under way, and may still go through\n');
});

test.each([
  ['exactly 31 days', 0, true],
  ['a millisecond more', 1, false],
])('a suspension of %s', async (_, more, isAllowed) => {
  const end = plusMillis(mondayMorning, 31 * 86_400_000 + more);
  const rig = await makeAskingRig();
  const answer = suspendWith(rig.parts, 'ada-01', { until: end, reason }, rig.io);
  if (isAllowed) expect(await answer).toBe(0);
  else {
    await expect(answer).rejects.toMatchObject({
      name: 'UsageError',
      hint: 'write --until 2026-12-24T09:00:00.000Z or earlier',
    });
  }
  expect(await rig.open()).toHaveLength(isAllowed ? 1 : 0);
});

test('a suspension that would end now is wrong usage', async () => {
  await expect(suspend({}, all, { until: mondayMorning, reason })).rejects.toThrow(UsageError);
});

test('a suspension is no override: the limit of the class does not count', async () => {
  const { code } = await suspend({ spec: { maxOverrideMinutes: 60 } }, 'ada-01');
  expect(code).toBe(0);
});

test.each<[string, Met, string]>([
  ['unknown', {}, 'cyd-01'],
  ['not made yet', { isUnmade: true }, 'ada-01'],
  ['removed', { isGone: true, record: { orphanedAt: lastWeek } }, 'ada-01'],
  ['retired', { spec: { lifecycle: 'retired', maxOverrideMinutes: 60 } }, 'ada-01'],
])('one that is %s is not suspended', async (_, met, name) => {
  const rig = await makeAskingRig(met);
  const answer = suspendWith(rig.parts, name, { until, reason }, rig.io);
  await expect(answer).rejects.toThrow(OperatorError);
  expect(await rig.open()).toEqual([]);
});

const globals = { specs: 'nowhere', cloud: 'sim', color: false };
test.each([
  ['neither', undefined, {}, 'needs a name, or --all'],
  ['both', 'ada-01', { all: true }, 'takes a name or --all, not both'],
])('a name or --all: %s is wrong usage', async (_, name, options, message) => {
  const suspending = runSuspend(name, { ...options, until, reason }, globals, listen());
  await expect(suspending).rejects.toMatchObject({
    name: 'UsageError',
    message: `suspend ${message}`,
  });
  await expect(runResume(name, options, globals, listen())).rejects.toMatchObject({
    name: 'UsageError',
    message: `resume ${message}`,
  });
});

test.each([
  ['an end', { reason }, 'suspend needs an end'],
  ['a reason', { until }, 'suspend needs a reason'],
  ['an offset', { until: '2026-11-24T11:00', reason }, '--until 2026-11-24T11:00 has no offset'],
])('suspending without %s is wrong usage', async (_, options, message) => {
  const answer = runSuspend('ada-01', options, globals, listen());
  await expect(answer).rejects.toMatchObject({ name: 'UsageError', message });
});

test.each<{
  it: string;
  stands: readonly LedgerRequest[];
  target: string;
  met?: Met;
  says: string;
  left: readonly string[];
}>([
  {
    it: 'one',
    stands: [one('ada-01'), one('bob-01')],
    target: 'ada-01',
    says: `the suspension by bob (release) on ada-01 is over\n${next}`,
    left: ['of-bob-01'],
  },
  {
    it: 'one, while all are suspended,',
    stands: [one('ada-01'), one(all)],
    target: 'ada-01',
    says: 'the suspension by bob (release) on ada-01 is over\n  ada-01 stays suspended as every DevInstance is: devinstance resume --all ends that\n',
    left: ['of-*'],
  },
  {
    it: 'one, which git suspends too,',
    stands: [one('ada-01')],
    target: 'ada-01',
    met: { spec: { lifecycle: 'suspended' } },
    says: 'the suspension by bob (release) on ada-01 is over\n  ada-01 stays suspended by its file: set lifecycle: active in it\n',
    left: [],
  },
  {
    it: 'all, but for single ones,',
    stands: [one('ada-01'), one(all)],
    target: all,
    says: `the suspension by bob (release) on every DevInstance is over\n  ada-01 stays suspended: devinstance resume ada-01 ends that\n${next}`,
    left: ['of-ada-01'],
  },
  {
    it: 'all',
    stands: [one(all, { reason: 'a\u001bb' })],
    target: all,
    says: `the suspension by bob (a\\u{1b}b) on every DevInstance is over\n${next}`,
    left: [],
  },
  {
    it: 'all, in mode observe,',
    stands: [one(all)],
    target: all,
    met: { fleet: { mode: 'observe' } },
    says: 'the suspension by bob (release) on every DevInstance is over\n  the Fleet is in mode: observe, so the controller acts on nothing there\n',
    left: [],
  },
])('resuming $it ends what stands', async ({ stands, target, met, says, left }) => {
  const { code, out, open, ledger } = await resume(stands, target, met);
  expect({ code, out }).toEqual({ code: 0, out: says });
  expect((await open()).map(({ id }) => id)).toEqual(left);
  const ended = (await ledger.requests()).find(({ id }) => id === `of-${target}`)?.ended;
  const at = mondayMorning;
  expect(ended).toEqual({ at, result: 'cancelled', message: `cancelled by ${me}` });
  const [event, ...others] = await ledger.events();
  expect(others).toEqual([]);
  expect(event).toMatchObject({ name: target, at, reason: 'Resumed' });
  expect(event?.message).toMatch(
    /ended the suspension by bob \(.+\), which lasted until 2026-11-26T/,
  );
  expect(event?.message.startsWith(me)).toBe(true);
});

test.each<{
  it: string;
  stands: readonly LedgerRequest[];
  target: string;
  met?: Met;
  message: string;
  remedy: string;
}>([
  {
    it: 'one that is suspended only with all',
    stands: [one(all)],
    target: 'ada-01',
    message: 'ada-01 is suspended only as every DevInstance is',
    remedy: 'devinstance resume --all ends that',
  },
  {
    it: 'one that nothing suspends',
    stands: [one('bob-01'), asked({ work: toRun, id: 'override' })],
    target: 'ada-01',
    message: 'ada-01 is not suspended',
    remedy: 'devinstance override list shows what is',
  },
  {
    it: 'one that only git suspends',
    stands: [],
    target: 'ada-01',
    met: { spec: { lifecycle: 'suspended' } },
    message: 'ada-01 is suspended by its file',
    remedy: 'set lifecycle: active in it',
  },
  {
    it: 'one that its last valid file suspends',
    stands: [],
    target: 'ada-01',
    met: {
      spec: { lifecycle: 'suspended' },
      desired: { devInstances: new Map(), invalid: new Map([['ada-01', 'it is broken']]) },
    },
    message: 'ada-01 is suspended by its file',
    remedy: 'set lifecycle: active in it',
  },
  {
    it: 'one that nobody knows',
    stands: [one(all)],
    target: 'ada-1',
    message: 'there is no DevInstance ada-1',
    remedy: 'did you mean ada-01?',
  },
  {
    it: 'all, where single ones are suspended',
    stands: [one('ada-01'), one('bob-01')],
    target: all,
    message: 'no suspension of every DevInstance stands',
    remedy: 'single ones are: devinstance resume ada-01, devinstance resume bob-01',
  },
  {
    it: 'all, where none is',
    stands: [one(all, { expiresAt: mondayMorning })],
    target: all,
    message: 'no suspension of every DevInstance stands',
    remedy: 'devinstance override list shows what is',
  },
])('resuming $it is refused', async ({ stands, target, met, message, remedy }) => {
  const rig = await makeAskingRig({ ...met, requests: stands });
  const before = await rig.written();
  const refusal = await resumeWith(rig.parts, target, rig.io).catch((error) => error);
  expect(refusal).toBeInstanceOf(OperatorError);
  expect([refusal.message, refusal.remedy]).toEqual([message, remedy]);
  expect(await rig.written()).toEqual(before);
});
