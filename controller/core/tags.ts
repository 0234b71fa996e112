/**
 * The tag keys on machines and volumes. A colon, never a slash: a slash makes launches fail once
 * instance metadata tags are on (kubernetes-sigs/karpenter#1527).
 */
export const tagKeys = {
  name: 'Name',
  fleet: 'devinstance:fleet',
  devInstance: 'devinstance:name',
  uid: 'devinstance:uid',
  owner: 'devinstance:owner',
  /** `machine`, `root`, `home` or, on a snapshot of a home, `snapshot`. */
  role: 'devinstance:role',
  ordinal: 'devinstance:ordinal',
  specHash: 'devinstance:spec-hash',
  image: 'devinstance:image',
  /** On a machine: `vol-…`, or `vol-…:new` while the host may format it. */
  home: 'devinstance:home',
  /** `orphaned`, `released`, `restoring`, or `active` (the same as none); of an AMI `completed`, `denied`. */
  phase: 'devinstance:phase',
  /** On an AMI, and on a machine that builds one: the image channel. Set by the image pipeline. */
  channel: 'devinstance:channel',
  /** Set by an operator: the name of the DevInstance that may take this volume or snapshot. */
  adopt: 'devinstance:adopt',
  /** On a snapshot: `request`, `retirement` or `replacement`. */
  purpose: 'devinstance:purpose',
  /** On what was created without a token that AWS knows: finds it again. */
  token: 'devinstance:token',
} as const;

/** The device name the home is attached as. Nitro machines find it by volume id, not by this name. */
export const homeDeviceName = '/dev/sdf';
