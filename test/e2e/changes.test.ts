import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import { type E2eFleet, makeE2eFleet } from '../support/e2e-fleet.ts';
import { type FleetTruth, tagsOf } from '../support/moto-account.ts';
import { isMutation } from '../support/recording-proxy.ts';

const moto = inject('moto');
const settle = ['controller', '--until-settled'];
const pair = ['ada-01', 'linus-01'];

describe.skipIf(moto === null)('a fleet that is there', () => {
  const fleets: E2eFleet[] = [];

  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.remove()));
  });

  async function makeSettled(name: string): Promise<E2eFleet> {
    if (moto === null) throw new Error('there is no moto');
    const fleet = await makeE2eFleet(moto, { fleet: name, only: pair });
    fleets.push(fleet);
    expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
    return fleet;
  }

  /** Runs a command and answers how it ended and what it changed in EC2. */
  async function runAndSee(fleet: E2eFleet, ...command: readonly string[]) {
    const before = fleet.calls.length;
    const end = await fleet.run(...command);
    const calls = fleet.calls.slice(before).filter(isMutation);
    const changes = calls.filter(({ service }) => service === 'ec2').map(({ action }) => action);
    return { ...end, changes };
  }

  const planJson = ['plan', '-o', 'json', '--detailed-exitcode'];

  test('a larger home in its file grows it, online', async () => {
    const fleet = await makeSettled('growing');
    const before = await fleet.truth();
    await fleet.folder.edit('instances/linus-01.yaml', 'sizeGiB: 200', 'sizeGiB: 300');
    expect(await runAndSee(fleet, ...planJson)).toMatchObject({ code: 2, err: '', changes: [] });
    const run = await runAndSee(fleet, ...settle);
    expect(run).toMatchObject({ code: 0, err: '', changes: ['ModifyVolume'] });
    const { machines, homes } = await fleet.truth();
    expect(homes.map(({ Size }) => Size).sort()).toEqual([100, 300]);
    expect(machines).toEqual(before.machines);
    expect(await runAndSee(fleet, ...planJson)).toMatchObject({ code: 0, err: '' });
  });

  test('a removed file orphans machine and home and deletes nothing; its return takes them back', async () => {
    const fleet = await makeSettled('orphaning');
    const before = await fleet.truth();
    const path = join(fleet.folder.specs, 'instances/ada-01.yaml');
    const text = await readFile(path, 'utf8');
    await rm(path);
    expect(await runAndSee(fleet, ...planJson)).toMatchObject({ code: 2, err: '', changes: [] });
    expect(await runAndSee(fleet, ...settle)).toMatchObject({ code: 0, err: '' });
    expect(await phases(fleet)).toEqual({ 'ada-01': ['orphaned', 'orphaned'], 'linus-01': [] });
    const orphaned = await fleet.truth();
    expect(idsOf(orphaned)).toEqual(idsOf(before));
    expect(await runAndSee(fleet, ...settle)).toMatchObject({ code: 0, changes: [] });
    await writeFile(path, text);
    expect(await runAndSee(fleet, ...settle)).toMatchObject({ code: 0, err: '' });
    expect(await phases(fleet)).toEqual({ 'ada-01': ['active', 'active'], 'linus-01': [] });
    expect(idsOf(await fleet.truth())).toEqual(idsOf(before));
  });

  test('a source without any DevInstance stops everything', async () => {
    const fleet = await makeSettled('emptied');
    for (const name of pair) await rm(join(fleet.folder.specs, `instances/${name}.yaml`));
    const run = await runAndSee(fleet, ...settle);
    expect(run).toMatchObject({ code: 3, changes: [] });
    expect(run.err).toContain('InterlockEmptySource');
    expect(await runAndSee(fleet, ...planJson)).toMatchObject({ code: 3, changes: [] });
  });

  test('an invalid file costs the others nothing, and is an error', async () => {
    const fleet = await makeSettled('invalid');
    await fleet.folder.edit('instances/ada-01.yaml', 'class: standard', 'class: unheard-of');
    await fleet.folder.edit('instances/linus-01.yaml', 'sizeGiB: 200', 'sizeGiB: 210');
    const run = await runAndSee(fleet, ...settle);
    expect(run).toMatchObject({ code: 1, changes: ['ModifyVolume'] });
    expect(run.err).toMatch(/instances\/ada-01\.yaml:\d+:\d+ .*unheard-of/);
  });

  test('--observe acts on nothing', async () => {
    const fleet = await makeSettled('observed');
    await fleet.folder.edit('instances/linus-01.yaml', 'sizeGiB: 200', 'sizeGiB: 300');
    const run = await runAndSee(fleet, ...settle, '--observe');
    expect(run).toMatchObject({ code: 0, changes: [] });
  });

  async function phases(fleet: E2eFleet): Promise<Record<string, readonly string[]>> {
    const { machines, homes } = await fleet.truth();
    const tags = [...machines, ...homes].map(tagsOf);
    const phasesOf = (name: string) =>
      tags
        .filter((each) => each[tagKeys.devInstance] === name)
        .flatMap((each) => each[tagKeys.phase] ?? []);
    return Object.fromEntries(pair.map((name) => [name, phasesOf(name)]));
  }
});

function idsOf({ machines, homes }: FleetTruth): readonly (string | undefined)[] {
  return [
    ...machines.map(({ InstanceId }) => InstanceId),
    ...homes.map(({ VolumeId }) => VolumeId),
  ].sort();
}
