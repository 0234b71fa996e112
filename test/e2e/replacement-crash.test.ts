import { describe, expect, inject, test } from 'vitest';
import {
  isChange,
  makeReplacedFleet,
  type ReplacedFleet,
  replaced,
  settle,
  windowMinutes,
} from '../support/e2e-replacement.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { type KillPoint, makeKillSwitch } from '../support/kill-switch.ts';
import { isMutation, type ProxyRules, type WireCall } from '../support/recording-proxy.ts';

const moto = inject('moto');
const atOnce = 6;

/** Something that a living ada-01 goes through, and how the account looks afterwards. */
interface Course {
  readonly what: string;
  /** Of the fleets that go through it. */
  readonly fleet: string;
  readonly begin: (fleet: ReplacedFleet) => Promise<unknown>;
  readonly changes: readonly string[];
  readonly end: readonly string[];
}

const snapshot = 'replacement snapshot completed';
const pair = [
  '1 stopped, image 1, root 150',
  '2 running with the home, image 2, root 150',
  'home in-use',
  snapshot,
];

async function replace(fleet: ReplacedFleet): Promise<void> {
  await fleet.publish();
  expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
}

const courses: readonly Course[] = [
  {
    what: 'a newer image in its channel',
    fleet: 'replacing',
    begin: (fleet) => fleet.publish(),
    changes: replaced,
    end: pair,
  },
  {
    what: 'the end of the window for the way back',
    fleet: 'clearing',
    begin: async (fleet) => {
      await replace(fleet);
      fleet.moveOn(windowMinutes + 1);
    },
    changes: ['TerminateInstances'],
    end: ['1 terminated, image 1', ...pair.slice(1)],
  },
  {
    what: 'a rollback to the machine that was kept',
    fleet: 'going-back',
    begin: async (fleet) => {
      await replace(fleet);
      expect(await fleet.run('rollback', 'ada-01')).toMatchObject({ code: 0, err: '' });
    },
    changes: ['StopInstances', 'CreateSnapshot', 'StartInstances', 'DetachVolume', 'AttachVolume'],
    end: [
      '1 running with the home, image 1, root 150',
      '2 stopped, image 2, root 150',
      'home in-use',
      snapshot,
      snapshot,
    ],
  },
];

/** A living fleet, and what its calls that cannot be taken back found in the account. */
async function living(name: string, rules: ProxyRules = {}) {
  if (moto === null) throw new Error('there is no moto');
  const found: Found[] = [];
  const meet = async ({ action }: WireCall) => {
    if (!/^(Detach|Terminate)/.test(action)) return;
    found.push({ action, account: await fleet.look() });
  };
  const fleet: ReplacedFleet = await makeReplacedFleet(moto, name, { ...rules, meet });
  expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
  return { fleet, found };
}

interface Found {
  readonly action: string;
  readonly account: readonly string[];
}

/** A home leaves no machine that is on; none is terminated with it, or before its copy is complete. */
function isSafe({ action, account }: Found): boolean {
  const copies = account.filter((line) => line.includes('snapshot'));
  const isCopied = copies.length > 0 && copies.every((copy) => copy === snapshot);
  const [, holder = 'no machine'] = /^\d (\w+) with the home/m.exec(account.join('\n')) ?? [];
  const states = action === 'DetachVolume' ? ['stopped', 'no machine'] : ['running'];
  return isCopied && states.includes(holder);
}

describe.skipIf(moto === null)('seen from outside', () => {
  test.each(courses)('$what: killed before and after every call to EC2', async (course) => {
    const { fleet } = await living(course.fleet);
    await course.begin(fleet);
    const before = fleet.calls.length;
    expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
    const calls = fleet.calls.slice(before).filter(isMutation);
    expect(calls.filter(isChange).map(({ action }) => action)).toEqual(course.changes);
    expect(await fleet.look()).toEqual(course.end);
    await fleet.remove();
    const points = [...calls.entries()]
      .filter(([, call]) => isChange(call))
      .flatMap(([n]): KillPoint[] => [
        { nth: n + 1, moment: 'before' },
        { nth: n + 1, moment: 'after' },
      ]);
    const ends = await eachAtOnce(atOnce, points, (point) => killedAt(course, point));
    const whole = { isKilled: true, code: 0, err: '', unsafe: [], end: course.end };
    expect(ends).toEqual(points.map((point) => ({ ...point, ...whole })));
  });
});

/** What is left after a controller that was killed there, and the next one that ran to its end. */
async function killedAt(course: Course, point: KillPoint) {
  const killSwitch = makeKillSwitch();
  const name = `${course.fleet}-${point.moment}-${point.nth}`;
  const { fleet, found } = await living(name, killSwitch.rules);
  try {
    await course.begin(fleet);
    const begun = found.length;
    const first = fleet.start(...settle);
    killSwitch.arm(point, () => first.child.kill('SIGKILL'));
    const killed = await first.end;
    killSwitch.disarm();
    const { code, err } = await fleet.run(...settle);
    const unsafe = found.slice(begun).filter((one) => !isSafe(one));
    return { ...point, isKilled: killed.code === null, code, err, unsafe, end: await fleet.look() };
  } finally {
    await fleet.remove();
  }
}
