import { describe, expect, inject, test } from 'vitest';
import { type E2eFleet, makeE2eFleet } from '../support/e2e-fleet.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { type KillPoint, makeKillSwitch } from '../support/kill-switch.ts';
import { readStrayMachines } from '../support/moto-account.ts';
import { isMutation, type WireCall } from '../support/recording-proxy.ts';

const moto = inject('moto');
const settle = ['controller', '--until-settled'];
const pair = ['ada-01', 'linus-01'];

/** Controllers at a time: each spends most of its time in waiting for the lease of the one before. */
const atOnce = 8;

interface CreationKill extends KillPoint {
  readonly only: readonly string[];
}

/** Creates, kills the controller at the point, and runs it again to its end. */
async function createKilledAt(point: CreationKill) {
  if (moto === null) throw new Error('there is no moto');
  const killSwitch = makeKillSwitch();
  const fleet = await makeE2eFleet(moto, {
    fleet: `killed-${point.only.length}-${point.moment}-${point.nth}`,
    only: point.only,
    rules: killSwitch.rules,
  });
  try {
    const first = fleet.start(...settle);
    killSwitch.arm(point, () => first.child.kill('SIGKILL'));
    const { code } = await first.end;
    killSwitch.disarm();
    const again = await fleet.run(...settle);
    const ended = { code: again.code, err: again.err };
    return { ...point, isKilled: code === null, ...ended, ...(await counts(fleet)) };
  } finally {
    await fleet.remove();
  }
}

async function counts(fleet: E2eFleet) {
  const { machines, homes } = await fleet.truth();
  const attached = homes.filter(({ Attachments }) => Attachments?.[0]?.State === 'attached');
  return { machines: machines.length, homes: homes.length, attached: attached.length };
}

/** Kills at each of the points, and expects each to end as if nothing had happened. */
async function expectToSurvive(points: readonly CreationKill[]): Promise<void> {
  const ends = await eachAtOnce(atOnce, points, createKilledAt);
  expect(ends).toEqual(
    points.map((point) => ({
      ...point,
      isKilled: true,
      code: 0,
      err: '',
      machines: point.only.length,
      homes: point.only.length,
      attached: point.only.length,
    })),
  );
}

/** The mutating calls of a creation that nobody kills. */
async function mutationsOf(only: readonly string[]): Promise<readonly WireCall[]> {
  if (moto === null) throw new Error('there is no moto');
  const fleet = await makeE2eFleet(moto, { fleet: `unkilled-${only.length}`, only });
  try {
    expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
    return fleet.calls.filter(isMutation);
  } finally {
    await fleet.remove();
  }
}

test.skipIf(moto === null)(
  'a controller that loses its first answer of every kind makes nothing twice',
  async () => {
    if (moto === null) return;
    const lost = new Set<string>();
    const isCut = (call: WireCall, moment: KillPoint['moment']) => {
      if (moment === 'before' || !isMutation(call) || lost.has(call.action)) return false;
      lost.add(call.action);
      return true;
    };
    const fleet = await makeE2eFleet(moto, { fleet: 'unheard', only: pair, rules: { isCut } });
    try {
      expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
      expect([...lost].sort()).toEqual([
        'AttachVolume',
        'BatchWriteItem',
        'CreateTags',
        'CreateVolume',
        'PutItem',
        'RunInstances',
      ]);
      expect(await counts(fleet)).toEqual({ machines: 2, homes: 2, attached: 2 });
    } finally {
      await fleet.remove();
    }
  },
);

describe.skipIf(moto === null)('a controller killed with SIGKILL while it creates', () => {
  // Dead before a call is sent is the same as dead after the call before it: only the first is walked.
  test('one DevInstance, at every call that changes anything', async () => {
    const only = pair.slice(0, 1);
    const calls = await mutationsOf(only);
    expect(calls.filter(({ service }) => service === 'ec2').length).toBeGreaterThanOrEqual(4);
    await expectToSurvive([
      { only, nth: 1, moment: 'before' },
      ...calls.map((_, position) => ({ only, nth: position + 1, moment: 'after' as const })),
    ]);
  });

  // Two calls of a kind are under way together: the first has taken effect, the second has not.
  test('two DevInstances, at every call to EC2', async () => {
    const calls = await mutationsOf(pair);
    const points = [...calls.entries()]
      .filter(([, { service }]) => service === 'ec2')
      .map(([position]) => ({ only: pair, nth: position + 1, moment: 'after' as const }));
    expect(points.length).toBeGreaterThanOrEqual(8);
    await expectToSurvive(points);
  });

  test('leaves no machine that nobody would find again', async () => {
    expect(await readStrayMachines(moto?.endpoint ?? '')).toEqual([]);
  });
});
