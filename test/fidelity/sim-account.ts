import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Delays } from '../../controller/sim/scene.ts';
import { newSim, simChannel, simGroup, simSubnets } from '../support/sim-fleet.ts';
import type { SimulatedAccount } from './fact.ts';

/** Prepares simulated accounts: each opened one is new. */
export async function simulatedAccounts(): Promise<(delays?: Partial<Delays>) => SimulatedAccount> {
  const { Parameter } = await newSim().ssm.send(
    new GetParameterCommand({ Name: simChannel.follow }),
  );
  const imageId = Parameter?.Value ?? '';
  return (delays = {}) => {
    const sim = newSim({ delays });
    return {
      sim,
      ec2: sim.ec2,
      ssm: sim.ssm,
      place: {
        subnets: [simSubnets[0], simSubnets[1]],
        zones: ['eu-west-1a', 'eu-west-1b'],
        securityGroup: simGroup,
        imageId,
        parameter: simChannel.follow,
      },
      makeImage: () => sim.people.publishImage({ ...simChannel, follow: '/spare' }),
      wait: (millis) => sim.clock.sleep(millis),
    };
  };
}
