import type { EffectiveSpec } from './desired.ts';

/** What the host reads at first boot from `/etc/devinstance/instance.json`. No secrets, no volume id. */
function hostSettings(spec: EffectiveSpec): Record<string, unknown> {
  const { name, uid, gid, shell, groups, dataMount } = spec.owner;
  return {
    schemaVersion: 1,
    name: spec.name,
    owner: { name, uid, gid, shell, groups },
    ...(dataMount === undefined ? {} : { dataMount }),
    efsMounts: spec.efsMounts,
    environment: spec.environment,
    ...(spec.aptMirror === undefined ? {} : { aptMirror: spec.aptMirror }),
  };
}

/** JSON with everything but printable ASCII escaped, so that its base64 needs no text encoding. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The cloud-config of a machine. A fixed template in which everything from git is base64, so that no
 * value can end a line and add a directive. Never `fs_setup`, `disk_setup` or `mounts`: they can
 * format a home (canonical/cloud-init#2766).
 */
export function userDataFor(spec: EffectiveSpec): string {
  return [
    '#cloud-config',
    `hostname: ${spec.name}`,
    'users: []',
    'write_files:',
    '  - path: /etc/devinstance/instance.json',
    "    permissions: '0644'",
    '    encoding: b64',
    `    content: ${btoa(asciiJson(hostSettings(spec)))}`,
    '',
  ].join('\n');
}
