import { expect, test } from 'vitest';
import { actionText } from '../../controller/render/action-text.ts';

test('a modified home is told with all that is asked of it', () => {
  const home = { kind: 'modify-home', name: 'ada-01', homeId: 'vol-1', type: 'gp3' } as const;
  expect(actionText({ ...home, sizeGib: 150 })).toBe('modify home vol-1 to 150 GiB gp3');
  expect(actionText({ ...home, sizeGib: 150, iops: 6000, throughput: 250 })).toBe(
    'modify home vol-1 to 150 GiB gp3, 6000 IOPS, 250 MiB/s',
  );
});

test('a launch is told with the machine that it comes up beside', () => {
  const request = {
    clientToken: 'token',
    imageId: 'ami-1',
    instanceType: 't3.xlarge',
    subnetId: 'subnet-1',
    securityGroups: [],
    rootDeviceName: '/dev/sda1',
    rootSizeGib: 150,
    rootType: 'gp3',
    userData: '',
    machineTags: {},
    rootTags: {},
  };
  const launch = { kind: 'launch', name: 'ada-01', request } as const;
  expect(actionText(launch)).toBe('launch t3.xlarge in subnet-1');
  expect(actionText({ ...launch, beside: 'i-1' })).toBe('launch t3.xlarge in subnet-1 beside i-1');
});
