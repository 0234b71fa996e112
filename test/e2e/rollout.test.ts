import { afterEach, describe, expect, inject, test } from 'vitest';
import { settle } from '../support/e2e-replacement.ts';
import {
  channel,
  launchOwn,
  makeRolledFleet,
  type RolledFleet,
  stopByHand,
} from '../support/e2e-rollout.ts';
import { isMutation } from '../support/recording-proxy.ts';

const moto = inject('moto');
const trio = ['ada-01', 'katherine-01', 'linus-01'];
const platformFirst = '[{name: canary, selector: {team: platform}}, {name: rest, percent: 100}]';
const watched =
  '[{name: canary, selector: {team: platform}, bake: {duration: 24h}}, {name: rest, percent: 100}]';
const dayMinutes = 24 * 60;

const done = { code: 0, err: '' };

describe.skipIf(moto === null)('an image that is rolled out, seen from outside', () => {
  const fleets: RolledFleet[] = [];

  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.remove()));
  });

  async function prepared(name: string, waves: string, only = trio): Promise<RolledFleet> {
    if (moto === null) throw new Error('there is no moto');
    const fleet = await makeRolledFleet(moto, name, { only, waves });
    fleets.push(fleet);
    return fleet;
  }

  async function living(name: string, waves: string, only = trio): Promise<RolledFleet> {
    const fleet = await prepared(name, waves, only);
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.machines()).toEqual(
      only.map((one) => `${one} 1 running with the home, first`),
    );
    return fleet;
  }

  test('a newer one in the parameter: wave after wave has it, and what nothing needs is deregistered', async () => {
    const fleet = await prepared('newer', platformFirst);
    // What the channel leaves alone: an image in use, one without its tags, one of another fleet.
    await launchOwn(moto?.endpoint ?? '', await fleet.build('theirs'));
    await fleet.build('untagged', { fleet: 'newer' });
    await fleet.build('foreign', { fleet: 'other', channel });
    await fleet.build('unused');
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.published()).toEqual({ stable: 'first' });
    const homes = await homesOf(fleet);

    const second = await fleet.publish('second');
    const plan = await fleet.run('plan', '--detailed-exitcode');
    expect(plan).toMatchObject({ code: 2, err: '' });
    expect(waveLines(plan.out)).toEqual([
      '-/+ ada-01  replace (owner ada; ami_superseded)',
      'wave canary (1 of 2)',
      'when now (upgrade.when is any-time)',
      '-/+ katherine-01  replace (owner katherine; ami_superseded)',
      'wave canary (1 of 2)',
      'when now (upgrade.when is any-time)',
      '-/+ linus-01  replace (owner linus; ami_superseded)',
      'wave rest (2 of 2)',
      'when it fits (after wave canary; then at once: upgrade.when is any-time)',
      `Rollout ${channel} r1 ${second}: Progressing, wave 1 of 2 (canary), 0/2; then rest 1`,
    ]);

    const run = await fleet.run(...settle);
    expect(run).toMatchObject(done);
    expect(stopsIn(run.out)).toEqual(trio);
    expect(await fleet.machines()).toEqual(
      trio.flatMap((one) => [`${one} 1 stopped, first`, `${one} 2 running with the home, second`]),
    );
    expect(await homesOf(fleet)).toEqual(homes);
    expect(await fleet.published()).toEqual({ stable: 'second', previous: 'first' });
    expect(await fleet.images()).toEqual([
      'first completed',
      'foreign',
      'second completed',
      'theirs',
      'untagged',
    ]);
    await saysComplete(fleet, second);

    await fleet.publish('third');
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.machines()).toEqual(
      trio.flatMap((one) => [
        `${one} 1 terminated, first`,
        `${one} 2 stopped, second`,
        `${one} 3 running with the home, third`,
      ]),
    );
    expect(await homesOf(fleet)).toEqual(homes);
    expect(await fleet.published()).toEqual({ stable: 'third', previous: 'second' });
    expect(await fleet.images()).toEqual([
      'foreign',
      'second completed',
      'theirs',
      'third completed',
      'untagged',
    ]);
    expect(await fleet.run('plan', '--detailed-exitcode')).toMatchObject(done);
    await changesNothing(fleet, 'controller', '--once');
  });

  test('paused while its first wave bakes, then promoted, then undone', async () => {
    const fleet = await living('steered', watched);
    const first = (await fleet.history()).machines[0]?.ImageId;
    await fleet.publish('second');
    expect(await fleet.run(...settle)).toMatchObject(done);
    const baking = [
      'ada-01 1 stopped, first',
      'ada-01 2 running with the home, second',
      'katherine-01 1 stopped, first',
      'katherine-01 2 running with the home, second',
      'linus-01 1 running with the home, first',
    ];
    expect(await fleet.machines()).toEqual(baking);
    expect(await fleet.published()).toEqual({ stable: 'first' });
    const [status, plan] = await Promise.all([fleet.run('rollout', 'status'), fleet.run('plan')]);
    expect(status).toMatchObject(done);
    expect(status.out).toMatch(/Baking, wave 1 of 2\n {2}canary {2}2\/2 {2}baking until .*UTC\n/);
    expect(plan.out).toMatch(
      /wave rest \(2 of 2\)\n +when .*UTC \(after wave canary; then at once: upgrade.when is any-time\)\n/,
    );

    const pause = await fleet.run('rollout', 'pause', '--reason', 'release week');
    expect(pause).toMatchObject(done);
    expect(await fleet.run('controller', '--once')).toMatchObject(done);
    fleet.moveOn(dayMinutes + 1);
    expect(await fleet.run(...settle)).toMatchObject(done);
    const cleared = baking.map((line) => line.replace('stopped', 'terminated'));
    expect(await fleet.machines()).toEqual(cleared);
    const paused = await fleet.run('rollout', 'status');
    expect(paused).toMatchObject(done);
    expect(paused.out).toMatch(/Paused, wave 1 of 2\n[\s\S]*paused by \w+: release week\n/);

    expect(await fleet.run('rollout', 'promote')).toMatchObject(done);
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.machines()).toEqual([
      ...cleared.slice(0, 4),
      'linus-01 1 stopped, first',
      'linus-01 2 running with the home, second',
    ]);
    expect(await fleet.published()).toEqual({ stable: 'second', previous: 'first' });

    const undo = await fleet.run('rollout', 'undo', '--reason', 'docker does not start');
    expect(undo).toMatchObject(done);
    expect(undo.out).toContain(`in specs/images/${channel}.yaml under spec:\n    pin: ${first}\n`);
    const run = await fleet.run(...settle);
    expect(run).toMatchObject(done);
    expect(stopsIn(run.out)).toEqual([]);
    expect(await fleet.published()).toMatchObject({ stable: 'first' });
    expect(await fleet.images()).toEqual(['first completed', 'second denied']);

    await stopMachine(fleet, 'linus-01');
    await fleet.run('controller', '--once');
    // Until then it may be the controller's own stop that was seen late.
    fleet.moveOn(1);
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.machines()).toEqual([
      ...cleared.slice(0, 4),
      'linus-01 1 stopped with the home, first',
      'linus-01 2 stopped, second',
    ]);
  });

  test('aborted after its first wave: the others keep what they have until a newer one comes', async () => {
    const fleet = await living('aborted', watched, ['ada-01', 'linus-01']);
    await fleet.publish('second');
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.run('rollout', 'abort')).toMatchObject(done);
    const told = { code: 0, err: expect.stringMatching(/^! r1 of \S+ is Aborted: aborted by /) };
    expect(await fleet.run('controller', '--once')).toMatchObject(told);
    fleet.moveOn(dayMinutes + 1);
    expect(await fleet.run(...settle)).toMatchObject(told);
    const halted = [
      'ada-01 1 terminated, first',
      'ada-01 2 running with the home, second',
      'linus-01 1 running with the home, first',
    ];
    expect(await fleet.machines()).toEqual(halted);
    expect(await fleet.published()).toEqual({ stable: 'first' });
    const [status, pause] = await Promise.all([
      fleet.run('rollout', 'status'),
      fleet.run('rollout', 'pause'),
    ]);
    expect(status).toMatchObject({ code: 1, err: '' });
    expect(status.out).toContain(' Aborted, wave 1 of 2\n');
    expect(pause.code).toBe(1);

    await fleet.publish('third');
    expect(await fleet.run(...settle)).toMatchObject(done);
    expect(await fleet.machines()).toEqual([
      halted[0],
      'ada-01 2 stopped, second',
      'ada-01 3 running with the home, third',
      halted[2],
    ]);
    expect(await fleet.run('rollout', 'status')).toMatchObject(done);
    const history = JSON.parse((await fleet.run('rollout', 'history', '-o', 'json')).out);
    expect(history).toMatchObject([
      { number: 2, state: 'Baking' },
      { number: 1, state: 'Superseded', updated: 1, members: 2 },
    ]);
  });
});

async function homesOf(fleet: RolledFleet): Promise<readonly (string | undefined)[]> {
  return (await fleet.history()).homes.map(({ VolumeId }) => VolumeId).sort();
}

/** Of a plan, who is replaced in which wave and when, and how far the rollout is. */
function waveLines(plan: string): readonly string[] {
  const lines = plan.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^(-\/\+|wave|when|Rollout) /.test(line));
}

/** Whose machines a run stopped, in order. */
function stopsIn(progress: string): readonly string[] {
  return [...progress.matchAll(/^\S+ {2}(\S+) {2}stop /gm)].map(([, name = '']) => name);
}

/** What the commands say of a rollout that came to its end. */
async function saysComplete(fleet: RolledFleet, imageId: string): Promise<void> {
  const [status, statusJson, history, list] = await Promise.all([
    fleet.run('rollout', 'status'),
    fleet.run('rollout', 'status', '-o', 'json'),
    fleet.run('rollout', 'history', channel, '-o', 'json'),
    fleet.run('image', 'list', '-o', 'json'),
  ]);
  expect(status).toMatchObject(done);
  expect(status.out).toMatch(
    new RegExp(`^${channel} r1 ${imageId} newer-second Complete since .* UTC\n {2}canary {2}2/2\n`),
  );
  expect(JSON.parse(statusJson.out)).toMatchObject({
    channel,
    stable: { imageId },
    rollout: { number: 1, state: 'Complete', failures: [] },
    waves: [
      { name: 'canary' },
      { name: 'rest', machines: [{ name: 'linus-01', state: 'updated' }] },
    ],
  });
  expect(JSON.parse(history.out)).toMatchObject([
    { channel, number: 1, state: 'Complete', updated: 3, failed: 0, members: 3 },
  ]);
  const { images } = JSON.parse(list.out);
  const kept = new Map(images.map((one: ImageRow) => [one.name, one.keptFor]));
  expect(kept.get('newer-first')).toEqual(['previous', 'in use by 3 machines']);
  expect(kept.get('newer-second')).toContain('stable');
}

interface ImageRow {
  readonly name: string;
  readonly keptFor: readonly string[];
}

async function changesNothing(fleet: RolledFleet, ...command: readonly string[]): Promise<void> {
  const before = fleet.calls.length;
  expect(await fleet.run(...command)).toMatchObject(done);
  const changes = fleet.calls.slice(before).filter((call) => isMutation(call));
  expect(changes.filter(({ service }) => service !== 'dynamodb')).toEqual([]);
}

/** Stops the machine of a DevInstance that is on, as a person does. */
async function stopMachine(fleet: RolledFleet, name: string): Promise<void> {
  const { machines } = await fleet.history();
  const on = machines.find(
    ({ State, Tags = [] }) => State?.Name === 'running' && Tags.some(({ Value }) => Value === name),
  );
  await stopByHand(moto?.endpoint ?? '', on?.InstanceId ?? '');
}
