import { CreateSnapshotCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import { attach, codeOf, createHome, launch, tag } from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

// Who claims what: homes, tokens, and what belongs to others.

function rules(sim: SimAccount): string[] {
  return sim.ghost.violations.map(({ rule, action }) => `${rule} ${action}`);
}

test.each(['released', 'restoring'])('a home that is %s is not a second one', async (phase) => {
  const sim = newSim();
  const old = await createHome(sim, { token: 'one' });
  await tag(sim, old, { 'devinstance:phase': phase });
  await createHome(sim, { token: 'two' });
  sim.ghost.assertSilent();
});

test('a tag that makes a second home is S8', async () => {
  const sim = newSim();
  const old = await createHome(sim, { token: 'one' });
  await tag(sim, old, { 'devinstance:phase': 'restoring' });
  await createHome(sim, { token: 'two' });
  await tag(sim, old, { 'devinstance:phase': 'active' });
  expect(rules(sim)).toEqual(['S8 CreateTags']);
});

test("taking another uid's home over beside one's own is S8", async () => {
  const sim = newSim();
  await createHome(sim, { uid: 'uid-1' });
  const other = await createHome(sim, { uid: 'uid-2' });
  await tag(sim, other, { 'devinstance:uid': 'uid-1' });
  expect(rules(sim)).toEqual(['S8 CreateTags']);
});

test('a token for another request is S8 although it is refused', async () => {
  const sim = newSim();
  await createHome(sim, { token: 'same' });
  const other = createHome(sim, { token: 'same', owner: 'bob' });
  expect(await codeOf(other)).toBe('IdempotentParameterMismatch');
  expect(rules(sim)).toEqual(['S8 CreateVolume']);
});

test("a snapshot of a stranger's volume is S10", async () => {
  const sim = newSim();
  const volumeId = await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 8 });
  await sim.clock.sleep(10_000);
  await sim.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
  expect(rules(sim)).toEqual(['S10 CreateSnapshot']);
});

test('attaching a home that several machines may attach is S2', async () => {
  const sim = newSim();
  const machineId = await launch(sim);
  const homeId = await sim.people.createVolume({
    AvailabilityZone: 'eu-west-1a',
    Size: 8,
    VolumeType: 'io2',
    MultiAttachEnabled: true,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        Tags: [
          { Key: 'devinstance:fleet', Value: 'dev' },
          { Key: 'devinstance:role', Value: 'home' },
          { Key: 'devinstance:uid', Value: 'uid-1' },
          { Key: 'devinstance:owner', Value: 'ada' },
        ],
      },
    ],
  });
  await sim.clock.sleep(30_000);
  await attach(sim, machineId, homeId);
  expect(rules(sim)).toEqual(['S2 AttachVolume']);
});
