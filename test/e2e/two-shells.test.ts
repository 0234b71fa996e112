import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { simAccount } from '../../controller/sim/account.ts';
import { fileStore } from '../../controller/sim/file-store.ts';
import { makeE2eFleet } from '../support/e2e-fleet.ts';
import { makeFleetFolder } from '../support/fleet-folder.ts';
import { runProgram } from '../support/program.ts';
import { readTruth } from '../support/truth.ts';

const moto = inject('moto');
const pair = ['ada-01', 'linus-01'];
const settle = ['controller', '--until-settled'];

describe('two shells that run the controller on one fleet at once', () => {
  test.skipIf(moto === null)("make one machine and one home each, over AWS's API", async () => {
    if (moto === null) return;
    const fleet = await makeE2eFleet(moto, { fleet: 'two-shells', only: pair });
    try {
      const ends = await Promise.all([fleet.run(...settle), fleet.run(...settle)]);
      const { machines, homes } = await fleet.truth();
      const launches = fleet.calls.filter(({ action }) => action === 'RunInstances');
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      expect([machines.length, homes.length, launches.length]).toEqual([2, 2, 2]);
    } finally {
      await fleet.remove();
    }
  });

  test('make one machine and one home each, on the simulated account', async () => {
    const folder = await makeFleetFolder({ only: pair });
    const target = ['--cloud', 'sim:account.json', '--ledger', 'file:ledger.json'];
    const run = () => runProgram([...settle, ...target, '--specs', 'specs'], { cwd: folder.path });
    try {
      const ends = await Promise.all([run(), run()]);
      expect(
        ends.map(({ code }) => code),
        ends.map(({ err }) => err).join('\n'),
      ).toEqual([0, 0]);
      const account = simAccount({
        store: fileStore(join(folder.path, 'account.json'), () => {
          throw new Error('the controllers left no account');
        }),
        wallClock: { millis: () => Date.now() },
      });
      const { machines, homes } = await readTruth(account);
      expect([machines.length, homes.length]).toEqual([2, 2]);
    } finally {
      await folder.remove();
    }
  });
});
