import type {
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  SecurityGroup,
  Subnet,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import { freeAddresses } from './quotas.ts';
import type { Scene } from './scene.ts';
import type { SimSecurityGroup, SimSubnet } from './state.ts';

// Subnets and groups belong to whoever laid the network: the simulator gives them no tags.

const subnetFields: FilterFields<SimSubnet> = {
  'subnet-id': ({ id }) => [id],
  'vpc-id': ({ vpcId }) => [vpcId],
  'availability-zone': ({ az }) => [az],
  state: () => ['available'],
};

/** DescribeSubnets. */
export function describeSubnets(
  scene: Scene,
  input: DescribeSubnetsRequest,
): DescribeSubnetsResult {
  refuseIdsWithPage(input.SubnetIds, input, 'subnetIds');
  const found = input.SubnetIds?.length
    ? input.SubnetIds.map((id) => {
        const subnet = scene.state.subnets[id];
        if (subnet !== undefined) return subnet;
        throw ec2Error('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
      })
    : Object.values(scene.state.subnets);
  const selected = found.filter(toPredicate(input.Filters, subnetFields));
  const { items, ...rest } = pageOf(scene, input, selected);
  return { Subnets: items.map((subnet) => toSubnet(scene, subnet)), ...rest };
}

function toSubnet(scene: Scene, subnet: SimSubnet): Subnet {
  const { account, region } = scene.state;
  return {
    SubnetId: subnet.id,
    VpcId: subnet.vpcId,
    AvailabilityZone: subnet.az,
    CidrBlock: `10.${subnet.index}.0.0/16`,
    State: 'available',
    AvailableIpAddressCount: freeAddresses(scene, subnet),
    OwnerId: account,
    SubnetArn: `arn:aws:ec2:${region}:${account}:subnet/${subnet.id}`,
    Tags: [],
  };
}

const groupFields: FilterFields<SimSecurityGroup> = {
  'group-id': ({ id }) => [id],
  'group-name': ({ name }) => [name],
  'vpc-id': ({ vpcId }) => [vpcId],
};

/** DescribeSecurityGroups. */
export function describeSecurityGroups(
  scene: Scene,
  input: DescribeSecurityGroupsRequest,
): DescribeSecurityGroupsResult {
  refuseIdsWithPage(input.GroupIds, input, 'groupIds');
  const found = input.GroupIds?.length
    ? input.GroupIds.map((id) => {
        const group = scene.state.securityGroups[id];
        if (group !== undefined) return group;
        throw ec2Error('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
      })
    : Object.values(scene.state.securityGroups);
  const selected = found.filter(toPredicate(input.Filters, groupFields));
  const { items, ...rest } = pageOf(scene, input, selected);
  return { SecurityGroups: items.map((group) => toGroup(scene, group)), ...rest };
}

function toGroup(scene: Scene, { id, name, vpcId }: SimSecurityGroup): SecurityGroup {
  return {
    GroupId: id,
    GroupName: name,
    VpcId: vpcId,
    Description: name,
    OwnerId: scene.state.account,
    IpPermissions: [],
    IpPermissionsEgress: [],
    Tags: [],
  };
}
