import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { UsageError } from '../../controller/cli/io.ts';
import {
  rolloutWith,
  runRolloutRequest,
  theChannel,
} from '../../controller/cli/rollout-request.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import type { RolloutWork } from '../../controller/core/rollout/verbs.ts';
import { OperatorError } from '../../controller/ports.ts';
import { readWorld } from '../../controller/world.ts';
import { asked, type Met, makeAskingRig } from '../support/asking-rig.ts';
import { listen } from '../support/cli-fleet.ts';
import { desiredOf, livingTree } from '../support/files-world.ts';
import { byKim, member, rolloutIn, statusOf, twoWaves, wave } from '../support/rollout-cases.ts';
import { manifest, specFile } from '../support/spec-tree.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const me = userInfo().username;
const subject = 'image/ubuntu-24.04';
const r2 = 'r2 of ubuntu-24.04 (ami-00000002)';

function workFor(verb: RolloutWork['verb'], over: Partial<RolloutWork> = {}): RolloutWork {
  return { kind: 'rollout', verb, ...over };
}

async function ask(rollout: Rollout, work: RolloutWork, met: Met = {}, over = {}) {
  const rig = await makeAskingRig(met);
  const { world } = await readWorld(rig.parts, false);
  const status = statusOf(rollout, over);
  const code = await rolloutWith(rig.parts, { world, status }, { work, reason: 'why not' }, rig.io);
  return { ...rig, code, out: rig.io.heard.out };
}

const next =
  '  the controller does it at its next pass; devinstance rollout status ubuntu-24.04 shows what came of it\n';
const failures = [{ name: 'eve-01', at: lastWeek, reason: 'not ready for 15 min' }];
const threeWaves = [
  ...twoWaves,
  wave('last', [member('eve-01', 'later'), member('finn-01', 'replacing')]),
];
const git = `  to hold the channel at it until git says otherwise, in the file of its ImageChannel under spec:
    pin: `;
const undone = `  ami-00000002 is never rolled out again, unless git pins it
  a newer image in /imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate begins a new rollout by itself
`;

test.each<{ it: string; rollout: Rollout; work: RolloutWork; over?: object; says: string }>([
  {
    it: 'pause',
    rollout: rolloutIn('Progressing'),
    work: workFor('pause'),
    over: { waves: threeWaves },
    says: `asked to pause ${r2}
  no replacement begins any more
  replacements under way go through: finn-01
  devinstance rollout resume ubuntu-24.04 goes on
`,
  },
  {
    it: 'resume',
    rollout: rolloutIn('Paused', { paused: byKim }),
    work: workFor('resume'),
    says: `asked to resume ${r2}
  wave canary (1 of 2) goes on
`,
  },
  {
    it: 'resume what has stopped',
    rollout: rolloutIn('Degraded', { failures }),
    work: workFor('resume'),
    says: `asked to resume ${r2}
  wave canary (1 of 2) goes on
  what failed until now does not count any more: eve-01
`,
  },
  {
    it: 'promote what bakes',
    rollout: rolloutIn('Baking'),
    work: workFor('promote'),
    says: `asked to promote ${r2}
  wave rest begins without waiting for the bake of wave canary
`,
  },
  {
    it: 'promote what is not there yet',
    rollout: rolloutIn('Progressing', { failures }),
    work: workFor('promote'),
    says: `asked to promote ${r2}
  wave rest begins without waiting for all of wave canary
  what failed until now does not count any more: eve-01
`,
  },
  {
    it: 'promote the last wave',
    rollout: rolloutIn('Baking', { current: 1 }),
    work: workFor('promote'),
    says: `asked to promote ${r2}
  it is complete once all of wave rest have it; nothing bakes any more
`,
  },
  {
    it: 'promote through all waves',
    rollout: rolloutIn('Baking', { waves: threeWaves }),
    work: workFor('promote', { full: true }),
    says: `asked to promote ${r2} through all its waves
  waves rest, last begin at once, and nothing bakes any more
  each machine still waits for its own moment
`,
  },
  {
    it: 'abort',
    rollout: rolloutIn('Progressing'),
    work: workFor('abort'),
    says: `asked to abort ${r2}
  nothing more is replaced, and machines that failed go back to what they had
  1 machine with it keeps it
  devinstance rollout undo ubuntu-24.04 takes it back, devinstance rollout resume ubuntu-24.04 goes on
`,
  },
  {
    it: 'undo',
    rollout: rolloutIn('Degraded'),
    work: workFor('undo'),
    says: `asked to undo ${r2}
  1 of 4 machines has it and goes back to ami-00000001 (ubuntu-24.04-20261108)
  those that failed or are off go at once, the others at their next stop
${undone}${git}ami-00000001
`,
  },
  {
    it: 'undo to an earlier image',
    rollout: rolloutIn('Complete'),
    work: workFor('undo', { to: 'ami-00000000' }),
    says: `asked to undo ${r2} back to ami-00000000
  1 of 4 machines has it and goes back to ami-00000000 (ubuntu-24.04-20261025)
  those that failed or are off go at once, the others at their next stop
${undone}${git}ami-00000000
`,
  },
  {
    it: 'undo what no machine has',
    rollout: rolloutIn('Paused', { paused: byKim }),
    work: workFor('undo'),
    over: { waves: [wave('canary', [member('ada-01', 'replacing'), member('bob-01', 'gone')])] },
    says: `asked to undo ${r2}
  no machine has it; new DevInstances begin with ami-00000001 (ubuntu-24.04-20261108)
  replacements under way are given up, or go back after it: ada-01
${undone}${git}ami-00000001
`,
  },
])('$it', async ({ rollout, work, over, says }) => {
  const { code, out, open, ledger } = await ask(rollout, work, {}, over);
  expect({ code, out }).toEqual({ code: 0, out: `${says}${next}` });
  expect(await open()).toEqual([
    {
      id: expect.any(String),
      name: subject,
      work,
      actor: me,
      reason: 'why not',
      at: mondayMorning,
      expiresAt: '2026-11-24T09:00:00.000Z',
    },
  ]);
  const message = `${me} ${says.split('\n')[0]}: why not`;
  const told = { reason: 'RolloutAsked', type: 'Normal', source: 'command', at: mondayMorning };
  expect(await ledger.events(subject)).toEqual([{ name: subject, ...told, message }]);
});

const follow = '  architecture: x86_64\n  follow: /images/ubuntu\n';
test.each([
  [follow, 'in specs/images/ubuntu-24.04.yaml under spec:'],
  [`${follow}  pin: ami-00000009\n`, 'at specs/images/ubuntu-24.04.yaml:7:3 in place of its pin:'],
])('with %j in its file it says what to write where', async (body, place) => {
  const file = manifest('ImageChannel', 'ubuntu-24.04', body);
  const desired = desiredOf([...livingTree, specFile('images/ubuntu-24.04.yaml', file)]);
  const { out } = await ask(rolloutIn('Degraded'), workFor('undo'), { desired });
  expect(out).toContain(`until git says otherwise, ${place}\n    pin: ami-00000001\n`);
});

test('where nothing is acted on, that is said', async () => {
  const { out } = await ask(rolloutIn('Progressing'), workFor('pause'), {
    fleet: { mode: 'observe' },
  });
  expect(out).toContain(
    '\n  the Fleet is in mode: observe, so the controller acts on nothing there\n',
  );
});

const before = asked({ name: subject, work: workFor('pause') });
const already = `that is asked for already, 2026-11-16 09:00 UTC by bob: release
  devinstance events image/ubuntu-24.04 shows what comes of it
`;

test('what is asked for already is said, even where the plan has it done', async () => {
  const done = rolloutIn('Paused', { paused: byKim });
  const { code, out, open, ledger } = await ask(done, workFor('pause'), { requests: [before] });
  expect({ code, out }).toEqual({ code: 0, out: already });
  expect(await open()).toEqual([before]);
  expect(await ledger.events()).toEqual([]);
});

test.each<readonly [string, Partial<LedgerRequest>]>([
  ['expired', { expiresAt: mondayMorning }],
  ['of another channel', { name: 'image/arm' }],
  ['for something else', { work: workFor('resume') }],
])('a request that is %s is none', async (_, over) => {
  const { open } = await ask(rolloutIn('Progressing'), workFor('pause'), {
    requests: [{ ...before, ...over }],
  });
  expect((await open()).filter(({ actor }) => actor === me)).toHaveLength(1);
});

test('the same as before, but for what came between, is asked for anew', async () => {
  const between = { ...before, id: 'r-2', at: mondayMorning, work: workFor('resume') };
  const requests = [before, { ...between, at: '2026-11-20T09:00:00.000Z' }];
  const { open } = await ask(rolloutIn('Progressing'), workFor('pause'), { requests });
  expect(await open()).toHaveLength(3);
});

test('of two who ask in the same moment the first is heard', async () => {
  const rig = await makeAskingRig();
  const { world } = await readWorld(rig.parts, false);
  const putRequest = async (request: LedgerRequest) => {
    await rig.ledger.putRequest(request);
    await rig.ledger.putRequest(before);
  };
  const parts = { ...rig.parts, ledger: { ...rig.ledger, putRequest } };
  const status = statusOf(rolloutIn('Progressing'));
  await rolloutWith(parts, { world, status }, { work: workFor('pause'), reason: '' }, rig.io);
  expect(rig.io.heard.out).toBe(already);
  expect(await rig.open()).toEqual([before]);
});

test('what makes no sense is refused, and nothing is written', async () => {
  const rig = await makeAskingRig();
  const { world } = await readWorld(rig.parts, false);
  const status = statusOf(rolloutIn('Complete'));
  const asking = rolloutWith(
    rig.parts,
    { world, status },
    { work: workFor('abort'), reason: '' },
    rig.io,
  );
  await expect(asking).rejects.toEqual(
    new OperatorError(`nothing is under way: ${r2} is complete`, expect.anything()),
  );
  expect(await rig.written()).toEqual([[], []]);
});

test('a channel need not be named where there is one', () => {
  const one = statusOf(undefined);
  const arm = { ...one, channel: 'arm' };
  expect(theChannel('pause', [one], undefined)).toBe(one);
  expect(theChannel('pause', [arm, one], 'ubuntu-24.04')).toBe(one);
  expect(() => theChannel('pause', [arm, one], undefined)).toThrow(
    new UsageError('rollout pause needs a channel: there are arm, ubuntu-24.04', expect.anything()),
  );
  expect(() => theChannel('pause', [one], 'ubuntu')).toThrow(
    new OperatorError('there is no image channel ubuntu', expect.anything()),
  );
  expect(() => theChannel('pause', [], undefined)).toThrow(/describe no image channel/);
});

test('an image is named by its id', async () => {
  const globals = { specs: 'none', cloud: 'sim', ledger: 'memory', color: false };
  await expect(
    runRolloutRequest('undo', undefined, { to: 'latest' }, globals, listen()),
  ).rejects.toThrow(new UsageError('--to is not an AMI: "latest"', expect.anything()));
});
