import { expect, test } from 'vitest';
import { tagFilter, tagsOf } from '../../controller/aws/ec2-fields.ts';
import { homeOf } from '../../controller/aws/ec2-homes.ts';
import { machineOf } from '../../controller/aws/ec2-machines.ts';

test('a mapping that does not say whether it survives is taken as one that does not', () => {
  const device = { DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-1' } };
  expect(machineOf({ InstanceId: 'i-1', BlockDeviceMappings: [device] }).devices).toEqual([
    { deviceName: '/dev/sdf', volumeId: 'vol-1', deleteOnTermination: true },
  ]);
});

test('states of a newer kind are unknown', () => {
  const state = { Name: 'hovering' as 'running' };
  expect(machineOf({ InstanceId: 'i-1', State: state }).state).toBe('unknown');
  const attachment = { InstanceId: 'i-1', State: 'floating' as 'attached' };
  const home = homeOf({
    VolumeId: 'vol-1',
    State: 'melting' as 'error',
    Attachments: [attachment],
  });
  expect([home.state, home.attachments[0]?.state]).toEqual(['unknown', 'unknown']);
});

test('an answer with nothing but an id is still a machine or a home', () => {
  expect(machineOf({ InstanceId: 'i-1' })).toMatchObject({
    state: 'unknown',
    tags: {},
    checks: 'none',
  });
  expect(homeOf({ VolumeId: 'vol-1' })).toMatchObject({ state: 'unknown', encrypted: false });
});

test('an empty state reason is none', () => {
  const StateReason = { Code: '', Message: '' };
  expect(machineOf({ InstanceId: 'i-1', StateReason })).not.toHaveProperty('stateReason');
});

test('a filter on a tag matches its value literally', () => {
  expect(tagFilter('k', 'a*b?c\\d')).toEqual({ Name: 'tag:k', Values: ['a\\*b\\?c\\\\d'] });
});

test('a tag without a value is empty', () => {
  expect(tagsOf([{ Key: 'a' }, { Key: 'b', Value: 'c' }])).toEqual({ a: '', b: 'c' });
});
