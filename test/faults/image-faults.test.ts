import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import type { SpecFile } from '../../controller/core/desired.ts';
import { findWorldProblems } from '../../controller/core/faults/world-problems.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { interestOf } from '../../controller/world.ts';
import { cloudOver, imageIdOf } from '../support/aws-cloud.ts';
import {
  changed,
  classFile,
  desiredOf,
  devInstanceFile,
  livingTree,
  placeOf,
} from '../support/files-world.ts';
import { newSim, simChannel } from '../support/sim-fleet.ts';
import { manifest, specFile } from '../support/spec-tree.ts';
import { mondayMorning } from '../support/world.ts';

/** The channel that the trees of these tests follow; the simulated account has its parameter. */
const channelFile = (lines = ''): SpecFile =>
  specFile(
    'images/ubuntu.yaml',
    manifest(
      'ImageChannel',
      'ubuntu',
      `  architecture: x86_64\n  follow: ${simChannel.follow}\n${lines}`,
    ),
  );
const following = (follow: string): SpecFile =>
  specFile(
    'images/ubuntu.yaml',
    manifest('ImageChannel', 'ubuntu', `  architecture: x86_64\n  follow: ${follow}\n`),
  );
const good = changed(livingTree, [channelFile()]);
const foreign = '  allowedOwners: ["999988887777"]\n';
const absent = 'ami-0123456789abcdef0';

/** The world of a tree as a new simulated account shows it, with this value in the parameter. */
async function lookAt(tree: readonly SpecFile[], value?: string): Promise<World> {
  const sim = newSim();
  if (value !== undefined) {
    const input = {
      Name: simChannel.follow,
      Value: value,
      Type: 'String',
      Overwrite: true,
    } as const;
    await sim.ssm.send(new PutParameterCommand(input));
  }
  const desired = desiredOf(tree);
  const records = new Map();
  const read = { desired, records, channels: new Map(), requests: [] };
  const observed = await cloudOver(sim).observe(interestOf(read, '111122223333'));
  return { ...read, observed, now: mondayMorning, observeOnly: false };
}

const both = '(2 DevInstances: one-01, two-01)';

test('a channel with a usable image has no problem', async () => {
  expect(findWorldProblems(await lookAt(good))).toEqual([]);
});

test.each<{
  readonly what: string;
  readonly file?: SpecFile;
  readonly value?: string;
  readonly expected: string;
  readonly message: string;
}>([
  {
    what: '85: no parameter',
    file: following('/nothing'),
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `the parameter /nothing does not exist ${both}`,
  },
  {
    what: '86: an image of somebody else',
    file: channelFile(foreign),
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `belongs to 111122223333, not to 999988887777 (from ${simChannel.follow}) ${both}`,
  },
  {
    what: '87: a parameter that is no image id',
    value: 'ami-0123456789abcdef0;rm',
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `"ami-0123456789abcdef0;rm" is not an image id (from ${simChannel.follow}) ${both}`,
  },
  {
    what: '87: a parameter that would steer the terminal and end its quotes',
    value: '\u001b[2J"\\\nami-\u202e',
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `"\\u001b[2J\\"\\\\\\nami-\\u{202e}" is not an image id (from ${simChannel.follow}) ${both}`,
  },
  {
    what: 'an image that does not exist',
    value: absent,
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `image ${absent} does not exist here (from ${simChannel.follow}) ${both}`,
  },
  {
    what: 'an image of another architecture',
    file: specFile(
      'images/ubuntu.yaml',
      manifest('ImageChannel', 'ubuntu', `  architecture: arm64\n  follow: ${simChannel.follow}\n`),
    ),
    expected: 'specs/images/ubuntu.yaml:6:11 E_GUARD',
    message: `is for x86_64, not arm64 (from ${simChannel.follow}) ${both}`,
  },
  {
    what: 'a pin to an image that does not exist',
    file: channelFile(`  pin: ${absent}\n`),
    expected: 'specs/images/ubuntu.yaml:7:8 E_GUARD',
    message: `image ${absent} does not exist here ${both}`,
  },
  {
    what: "a class's own image id",
    file: classFile(['{channel: ubuntu}', `{id: ${absent}}`]),
    expected: 'specs/classes/standard.yaml:10:15 E_GUARD',
    message: `image ${absent} does not exist here ${both}`,
  },
  {
    what: "a DevInstance's own image id",
    file: devInstanceFile('one-01', `  image: {id: ${absent}}\n`),
    expected: 'specs/instances/one-01.yaml:7:15 E_GUARD',
    message: `image ${absent} does not exist here`,
  },
  {
    what: 'a channel that nobody follows',
    file: specFile(
      'images/next.yaml',
      manifest('ImageChannel', 'next', '  architecture: x86_64\n  follow: /next\n'),
    ),
    expected: 'specs/images/next.yaml:6:11 E_GUARD',
    message: 'the parameter /next does not exist',
  },
])('$what', async ({ file, value, expected, message }) => {
  const tree = file === undefined ? good : changed(good, [file]);
  const found = findWorldProblems(await lookAt(tree, value));
  expect(found.map(placeOf)).toEqual([expected]);
  const [problem] = found.map((each) => each.problem);
  expect(problem?.message.endsWith(message)).toBe(true);
  expect(problem?.message).toMatch(/^[\x20-\x7e]+$/);
  expect(problem?.fix).not.toBe('');
});

test('a pin to a good image wins over a bad parameter', async () => {
  const pin = await imageIdOf(cloudOver(newSim()));
  const tree = changed(good, [channelFile(`  pin: ${pin}\n`)]);
  expect(findWorldProblems(await lookAt(tree, ';'))).toEqual([]);
});

test('nothing is said of a type that an unusable image would not fit', async () => {
  const arm = devInstanceFile('one-01', '  instanceType: t4g.xlarge\n');
  const found = findWorldProblems(await lookAt(changed(good, [arm]), ';'));
  expect(found.map(placeOf)).toEqual(['specs/images/ubuntu.yaml:6:11 E_GUARD']);
});
