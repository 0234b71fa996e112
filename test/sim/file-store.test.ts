import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OperatorError } from '../../controller/ports.ts';
import { type SimAccount, simAccount } from '../../controller/sim/account.ts';
import { fileStore } from '../../controller/sim/file-store.ts';
import { seedAccount } from '../../controller/sim/seed.ts';
import { createHome, launch, machineWithHome, readMachine } from '../support/sim-calls.ts';
import { simFleet, simStart, stillClock } from '../support/sim-fleet.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devinstance-sim-'));
  file = join(folder, 'state', 'account.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openSim(): SimAccount {
  const store = fileStore(file, () => seedAccount(simFleet(), simStart));
  return simAccount({ store, wallClock: stillClock });
}

async function machineIds(sim: SimAccount): Promise<string[]> {
  const { Reservations = [] } = await sim.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
}

/** Leaves what a killed process leaves: its lock, untouched since, and a half-written draft. */
function leaveCrash(): void {
  mkdirSync(`${file}.lock`, { recursive: true });
  utimesSync(`${file}.lock`, 1, 1);
  writeFileSync(`${file}.4711.tmp`, '{"schemaVersion":1,"inst');
}

test('reading makes no file; the first change does', async () => {
  const sim = openSim();
  expect(await machineIds(sim)).toEqual([]);
  expect(existsSync(file)).toBe(false);
  const id = await launch(sim);
  expect(await machineIds(openSim())).toEqual([id]);
});

test('seeding writes only where something is missing', async () => {
  const sim = openSim();
  await sim.ensureSeeded(simFleet());
  expect(existsSync(file)).toBe(false);
  await launch(sim);
  const before = statSync(file).mtimeMs;
  const text = readFileSync(file, 'utf8');
  await openSim().ensureSeeded(simFleet());
  expect([statSync(file).mtimeMs, readFileSync(file, 'utf8')]).toEqual([before, text]);
  await openSim().ensureSeeded(simFleet({ subnets: ['subnet-0d'] }));
  expect(readFileSync(file, 'utf8')).toContain('subnet-0d');
});

test('the virtual clock, the machines and the ghost go on in the next process', async () => {
  const first = openSim();
  const { machineId } = await machineWithHome(first);
  await createHome(first, { token: 'second' });
  await first.clock.sleep(60_000);
  const second = openSim();
  expect(second.clock.now()).toBe(first.clock.now());
  expect(second.reports().get(machineId)?.phase).toBe('ready');
  expect(second.ghost.violations.map(({ rule }) => rule)).toEqual(['S8']);
  await second.people.stop(machineId);
  expect((await readMachine(first, machineId)).State?.Name).toBe('stopping');
});

test('changes of two processes at once are all kept', async () => {
  const [first, second] = [openSim(), openSim()];
  const launches = Array.from({ length: 20 }, (_, index) =>
    launch(index % 2 === 0 ? first : second, { uid: `uid-${index}` }),
  );
  const made = await Promise.all(launches);
  expect(new Set(made).size).toBe(20);
  expect(new Set(await machineIds(first))).toEqual(new Set(made));
  expect(await machineIds(second)).toEqual(await machineIds(first));
});

test('a reader beside a writer sees whole documents only', async () => {
  const [writer, reader] = [openSim(), openSim()];
  await launch(writer);
  let isDone = false;
  const writing = (async () => {
    for (let index = 0; index < 20; index += 1) await launch(writer, { uid: `uid-${index}` });
    isDone = true;
  })();
  let seen = 0;
  while (!isDone) {
    const { length } = await machineIds(reader);
    expect(length).toBeGreaterThanOrEqual(seen);
    seen = length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
});

test('a lock and a draft of a killed process do not stop the next one', async () => {
  const id = await launch(openSim());
  leaveCrash();
  const sim = openSim();
  const next = await launch(sim, { uid: 'uid-2' });
  expect(await machineIds(openSim())).toEqual([id, next]);
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('a refused call and a crashed caller leave the file as it was', async () => {
  const sim = openSim();
  await launch(sim);
  const before = readFileSync(file, 'utf8');
  await expect(sim.people.start('i-0123456789abcdef0')).rejects.toThrow('does not exist');
  sim.faults.onCall((_call, phase) => {
    if (phase === 'before') throw new Error('killed');
  });
  await expect(createHome(sim)).rejects.toThrow('killed');
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(join(folder, 'state'))).toEqual(['account.json']);
});

test.each([
  ['half a document', '{"schemaVersion":1,"inst', 'is damaged'],
  ['an empty file', '', 'is damaged'],
  ['another document', '{"hello":1}', 'is not a simulated account'],
  ['a part of one', '{"schemaVersion":1,"instances":{}}', 'is not a simulated account'],
  ['null', 'null', 'is not a simulated account'],
  ['a newer version', '{"schemaVersion":2,"instances":{}}', 'version 2, newer than 1'],
])('%s is an error that names the file and the remedy', async (_name, text, message) => {
  mkdirSync(join(folder, 'state'));
  writeFileSync(file, text);
  const error: unknown = await machineIds(openSim()).catch((e) => e);
  expect(error).toBeInstanceOf(OperatorError);
  expect(error).toMatchObject({ message: expect.stringContaining(message) });
  expect(error).toMatchObject({ message: expect.stringContaining(file) });
  expect(error).toMatchObject({
    remedy: expect.stringContaining('npx devinstance demo --fresh'),
  });
  await expect(launch(openSim())).rejects.toThrow(OperatorError);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a document of before conditions were kept is one without any', async () => {
  const first = openSim();
  const id = await launch(first);
  const { conditions: _none, ...older } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(older));
  const sim = openSim();
  expect(await machineIds(sim)).toEqual([id]);
  await sim.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
  await expect(launch(openSim(), { uid: 'uid-2' })).rejects.toThrow('capacity');
});

test('what becomes of the next launch holds for whichever process makes it', async () => {
  await openSim().conditions.nextLaunches('Server.InternalError');
  const sim = openSim();
  const id = await launch(sim);
  await sim.clock.sleep(60_000);
  expect((await readMachine(openSim(), id)).StateReason?.Code).toBe('Server.InternalError');
});

test('a folder that cannot be made is an error that says so', async () => {
  writeFileSync(join(folder, 'state'), 'a file in the way');
  await expect(launch(openSim())).rejects.toThrow(OperatorError);
});
