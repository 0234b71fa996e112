import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { SimAccount } from '../../controller/sim/account.ts';

/** All instances, and all volumes that are somebody's home, as the account itself lists them. */
export async function readTruth(
  account: Pick<SimAccount, 'ec2'>,
): Promise<{ readonly machines: readonly Instance[]; readonly homes: readonly Volume[] }> {
  const { Reservations = [] } = await account.ec2.send(new DescribeInstancesCommand({}));
  const { Volumes = [] } = await account.ec2.send(new DescribeVolumesCommand({}));
  return {
    machines: Reservations.flatMap((reservation) => reservation.Instances ?? []),
    homes: Volumes.filter((volume) =>
      volume.Tags?.some((tag) => tag.Key === 'devinstance:role' && tag.Value === 'home'),
    ),
  };
}
