import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { Account } from '../fidelity/fact.ts';
import { sharedFacts, titleOf } from '../fidelity/facts.ts';
import { channelParameter, makeImage, motoPlace, prepareAccount } from '../support/moto-account.ts';
import { type MotoServer, startMotoServer } from '../support/moto-server.ts';

const isMotoThere = inject('moto') !== null;

describe.skipIf(!isMotoThere)('what the simulator says of AWS, asked of moto', () => {
  // A server of their own: these facts leave machines behind that no fleet would.
  let moto: MotoServer;
  let account: Account;

  beforeAll(async () => {
    if (!isMotoThere) return;
    moto = await startMotoServer();
    account = await accountOn(moto.endpoint);
  }, 60_000);

  afterAll(() => moto?.stop());

  test.each(sharedFacts.map((fact) => [titleOf(fact), fact] as const))('%s', (_title, fact) =>
    fact.check(account),
  );
});

async function accountOn(endpoint: string): Promise<Account> {
  const { subnets, securityGroup, imageId } = await prepareAccount(endpoint, {
    parameter: channelParameter,
    instanceProfile: 'dev-instance',
  });
  // Each call once: what is checked is the first answer.
  const options = { ...motoPlace(endpoint), maxAttempts: 1 };
  const zones = [`${options.region}a`, `${options.region}b`] as const;
  const ec2 = new EC2Client(options);
  let images = 0;
  return {
    ec2,
    ssm: new SSMClient(options),
    place: { subnets, zones, securityGroup, imageId, parameter: channelParameter },
    makeImage: () => makeImage(ec2, `spare ${images++}`),
    // moto has everything at once: there is nothing to wait for.
    wait: async () => undefined,
  };
}
