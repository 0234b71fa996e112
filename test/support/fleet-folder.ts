import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { motoAccount, type Network } from './moto-account.ts';

const sample = resolve(import.meta.dirname, '../../specs');

/** Zones without summer time, every three hours around the world, from 10 hours behind UTC on. */
const zones = [
  'Pacific/Honolulu',
  'America/Phoenix',
  'America/Puerto_Rico',
  'Atlantic/Cape_Verde',
  'Africa/Johannesburg',
  'Asia/Karachi',
  'Asia/Singapore',
  'Pacific/Guadalcanal',
] as const;

/** A folder of a test's own, with a copy of the sample fleet in it. */
export interface FleetFolder {
  readonly path: string;
  readonly specs: string;
  /** Replaces text in a file of the specs; the text must be there. */
  edit(file: string, from: string | RegExp, to: string): Promise<void>;
  remove(): Promise<void>;
}

export interface FleetFolderOptions {
  /** Its name; `dev` where it is left out. */
  readonly fleet?: string;
  /** Of the endpoint that stands in for AWS; without it the sample keeps its own numbers. */
  readonly network?: Network;
  /** The DevInstances to keep; all of them where it is left out. */
  readonly only?: readonly string[];
}

/** Copies the sample fleet and fills in what the account gave. */
export async function makeFleetFolder(options: FleetFolderOptions): Promise<FleetFolder> {
  const path = await mkdtemp(join(tmpdir(), 'devinstance-e2e-'));
  const specs = join(path, 'specs');
  await cp(sample, specs, { recursive: true });
  const edit = (file: string, from: string | RegExp, to: string) =>
    replaceIn(join(specs, file), from, to);
  if (options.fleet !== undefined) await edit('fleet.yaml', 'name: dev', `name: ${options.fleet}`);
  if (options.network !== undefined) await fillIn(edit, options.network);
  await quieten(specs, edit);
  await keepOnly(specs, options.only);
  return { path, specs, edit, remove: () => rm(path, { recursive: true }) };
}

type Edit = FleetFolder['edit'];

async function fillIn(edit: Edit, { subnets, securityGroup }: Network): Promise<void> {
  await edit('fleet.yaml', '111122223333', motoAccount);
  for (const file of ['classes/standard.yaml', 'classes/large.yaml']) {
    await edit(file, /subnets: .*/, `subnets: [${subnets.join(', ')}]`);
    await edit(file, /securityGroups: .*/, `securityGroups: [${securityGroup}]`);
  }
}

/**
 * Moves every schedule to a zone where it is between 3 and 6 in the morning: the sample's windows
 * end at 2 and begin at 8, so no start or stop falls into a test, whenever it runs.
 */
async function quieten(specs: string, edit: Edit): Promise<void> {
  const now = new Date();
  const zone = zones.find((each) => [3, 4, 5].includes(hourIn(each, now)));
  assert(zone !== undefined);
  const schedules = (await readdir(join(specs, 'schedules'))).map((name) => `schedules/${name}`);
  for (const file of [...schedules, 'instances/dennis-01.yaml']) {
    await edit(file, /timezone: .*/, `timezone: ${zone}`);
  }
}

function hourIn(timeZone: string, now: Date): number {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone });
  return Number(format.format(now));
}

async function keepOnly(specs: string, only: readonly string[] | undefined): Promise<void> {
  if (only === undefined) return;
  for (const file of await readdir(join(specs, 'instances'))) {
    if (!only.includes(file.replace('.yaml', ''))) await rm(join(specs, 'instances', file));
  }
}

async function replaceIn(path: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${path} has no ${from}`);
  await writeFile(path, after);
}
