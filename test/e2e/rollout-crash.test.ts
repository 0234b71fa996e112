import { expect, inject, test } from 'vitest';
import { settle } from '../support/e2e-replacement.ts';
import { makeRolledFleet, type RolledFleet } from '../support/e2e-rollout.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { type KillPoint, makeKillSwitch } from '../support/kill-switch.ts';
import { isMutation, type ProxyRules, type WireCall } from '../support/recording-proxy.ts';

const moto = inject('moto');
const atOnce = 6;

/** What a rollout of two machines deregisters, launches, publishes and tags, in order. */
const changes = [
  'DeregisterImage',
  'RunInstances',
  'RunInstances',
  'PutParameter',
  'PutParameter',
  'CreateTags',
];

/** Only what was never needed is gone: moto would deregister any image, in use or not, as AWS does. */
const end = {
  machines: ['ada-01', 'linus-01'].flatMap((name) => [
    `${name} 1 stopped, first`,
    `${name} 2 running with the home, second`,
  ]),
  images: ['first completed', 'second completed'],
  published: { stable: 'second', previous: 'first' },
  homes: 2,
};

/** Two machines of the first image, a second one to be rolled out, and one that nothing needs. */
async function prepared(name: string, rules: ProxyRules = {}): Promise<RolledFleet> {
  if (moto === null) throw new Error('there is no moto');
  const fleet = await makeRolledFleet(moto, name, {
    only: ['ada-01', 'linus-01'],
    waves: '[{name: all, percent: 100}]',
    rules,
  });
  // Older than the second, and not to be cleared away before: images are dated to the second.
  const unused = await fleet.build('unused', {});
  expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
  await fleet.claim(unused);
  await fleet.publish('second');
  return fleet;
}

function isMeant(call: WireCall): boolean {
  return isMutation(call) && changes.includes(call.action);
}

async function endOf(fleet: RolledFleet) {
  const { homes } = await fleet.history();
  const [machines, images, published] = await Promise.all([
    fleet.machines(),
    fleet.images(),
    fleet.published(),
  ]);
  return { machines, images, published, homes: homes.length };
}

test.skipIf(moto === null)(
  'a rollout: killed before and after every launch and every change to images and parameters',
  async () => {
    const fleet = await prepared('rolling');
    const before = fleet.calls.length;
    expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
    const calls = fleet.calls.slice(before).filter(isMeant);
    expect(calls.map(({ action }) => action)).toEqual(changes);
    expect(await endOf(fleet)).toEqual(end);
    await fleet.remove();
    const points = changes.flatMap((action, index): KillPoint[] => {
      const nth = changes.slice(0, index + 1).filter((one) => one === action).length;
      return [
        { action, nth, moment: 'before' },
        { action, nth, moment: 'after' },
      ];
    });
    const ends = await eachAtOnce(atOnce, points, killedAt);
    const whole = { isKilled: true, code: 0, err: '', end };
    expect(ends).toEqual(points.map((point) => ({ ...point, ...whole })));
  },
);

/** What is left after a controller that was killed there, and the next one that ran to its end. */
async function killedAt(point: KillPoint) {
  const killSwitch = makeKillSwitch();
  const name = `rolling-${point.action}-${point.nth}-${point.moment}`.toLowerCase();
  const fleet = await prepared(name, killSwitch.rules);
  try {
    const first = fleet.start(...settle);
    killSwitch.arm(point, () => first.child.kill('SIGKILL'));
    const killed = await first.end;
    killSwitch.disarm();
    const { code, err } = await fleet.run(...settle);
    return { ...point, isKilled: killed.code === null, code, err, end: await endOf(fleet) };
  } finally {
    await fleet.remove();
  }
}
