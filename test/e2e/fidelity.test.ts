import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, describe, inject, test } from 'vitest';
import type { Account } from '../fidelity/fact.ts';
import { sharedFacts, titleOf } from '../fidelity/facts.ts';
import { channelParameter, motoPlace } from '../support/moto-account.ts';

const moto = inject('moto');

describe.skipIf(moto === null)('what the simulator says of AWS, asked of moto', () => {
  const clients: (EC2Client | SSMClient)[] = [];

  afterAll(() => {
    for (const client of clients) client.destroy();
  });

  test.each(sharedFacts.map((fact) => [titleOf(fact), fact] as const))('%s', (_title, fact) => {
    if (moto === null) throw new Error('there is no moto');
    return fact.check(accountOn(moto));
  });

  function accountOn({ endpoint, network }: NonNullable<typeof moto>): Account {
    // Each call once: what is checked is the first answer.
    const options = { ...motoPlace(endpoint), maxAttempts: 1 };
    const ec2 = new EC2Client(options);
    const ssm = new SSMClient(options);
    clients.push(ec2, ssm);
    const { subnets, securityGroup, imageId } = network;
    const zones = [`${options.region}a`, `${options.region}b`] as const;
    const place = { subnets, zones, securityGroup, imageId, parameter: channelParameter };
    // moto is there at once with everything: there is nothing to wait for.
    return { ec2, ssm, place, wait: async () => undefined };
  }
});
