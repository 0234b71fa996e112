import { test } from 'vitest';
import { expectLimit, image, type Limit, rollout, times, waves } from '../support/spec-limits.ts';

const limits: readonly Limit[] = [
  ['architecture', image({ architecture: 'x86_64' }), image({ architecture: 'x86' }), 'E_SCHEMA'],
  ['SSM path', image({ follow: '/aws/service/x' }), image({ follow: 'a/b' }), 'E_VALUE'],
  [
    'SSM depth 15',
    image({ follow: '/a'.repeat(15) }),
    image({ follow: '/a'.repeat(16) }),
    'E_VALUE',
  ],
  [
    'own SSM path',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/aws/s', previous: '/p' } }),
    'E_VALUE',
  ],
  [
    'parameters differ',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/s', previous: '/s' } }),
    'E_VALUE',
  ],
  [
    'published is not followed',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/a/b', previous: '/p' } }),
    'E_VALUE',
  ],
  ['pin', image({ pin: 'ami-0123abcd' }), image({ pin: 'latest' }), 'E_VALUE'],
  [
    '8 owners',
    image({ allowedOwners: ['self', ...times(7, (n) => `11112222333${n}`)] }),
    image({ allowedOwners: ['self', ...times(8, (n) => `11112222333${n}`)] }),
    'E_SCHEMA',
  ],
  ['an owner', image({ allowedOwners: ['self'] }), image({ allowedOwners: [] }), 'E_SCHEMA'],
  [
    'owner form',
    image({ allowedOwners: ['111122223333'] }),
    image({ allowedOwners: ['amazon'] }),
    'E_VALUE',
  ],
  ['best before', image({ bestBefore: '30d' }), image({ bestBefore: '30' }), 'E_VALUE'],
  ['keep 50', image({ keep: 50 }), image({ keep: 51 }), 'E_SCHEMA'],
  ['keep one', image({ keep: 1 }), image({ keep: 0 }), 'E_SCHEMA'],
  ['age alert', image({ ageAlert: '24h' }), image({ ageAlert: '1w' }), 'E_VALUE'],
  ['16 waves', rollout({ waves: waves(16) }), rollout({ waves: waves(17) }), 'E_SCHEMA'],
  ['a wave', rollout({ waves: waves(1) }), rollout({ waves: [] }), 'E_SCHEMA'],
  [
    'wave names once',
    rollout({ waves: waves(2) }),
    rollout({ waves: [...waves(1), ...waves(1)] }),
    'E_VALUE',
  ],
  [
    'selector or percent',
    rollout({ waves: [{ name: 'a', selector: { team: 'x' } }] }),
    rollout({ waves: [{ name: 'a', selector: { team: 'x' }, percent: 1 }] }),
    'E_SCHEMA',
  ],
  [
    'one of them',
    rollout({ waves: [{ name: 'a', percent: 100 }] }),
    rollout({ waves: [{ name: 'a' }] }),
    'E_SCHEMA',
  ],
  [
    'percent to 100',
    rollout({ waves: [{ name: 'a', percent: 1 }] }),
    rollout({ waves: [{ name: 'a', percent: 101 }] }),
    'E_SCHEMA',
  ],
  [
    'percent from 1',
    rollout({ waves: [{ name: 'a', percent: 1 }] }),
    rollout({ waves: [{ name: 'a', percent: 0 }] }),
    'E_SCHEMA',
  ],
  [
    'one way to bake',
    rollout({ waves: [{ name: 'a', percent: 1, bake: { usedHours: 8 } }] }),
    rollout({ waves: [{ name: 'a', percent: 1, bake: { usedHours: 8, duration: '1h' } }] }),
    'E_SCHEMA',
  ],
  ['100 at a time', rollout({ maxConcurrent: 100 }), rollout({ maxConcurrent: 101 }), 'E_SCHEMA'],
  ['one at a time', rollout({ maxConcurrent: 1 }), rollout({ maxConcurrent: 0 }), 'E_SCHEMA'],
  [
    '100 failures',
    rollout({ abortOn: { failures: 100 } }),
    rollout({ abortOn: { failures: 101 } }),
    'E_SCHEMA',
  ],
  [
    'one failure',
    rollout({ abortOn: { failures: 1 } }),
    rollout({ abortOn: { failures: 0 } }),
    'E_SCHEMA',
  ],
  ['deadline', rollout({ deadline: '7d' }), rollout({ deadline: 'never' }), 'E_VALUE'],
];

test.each(limits)('ImageChannel: %s', (...limit) => expectLimit('ImageChannel', limit));
