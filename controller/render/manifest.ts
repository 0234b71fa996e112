import { stringify } from 'yaml';
import type { Home, Machine } from '../core/observed.ts';
import { conditionsOf } from '../core/plan/conditions.ts';
import type { Inspection } from '../core/plan/inspect.ts';
import type { Situation } from '../core/plan/situation.ts';
import type { Status } from '../core/plan/world.ts';
import type { DevInstanceRecord, KeptMachine } from '../core/record.ts';
import { successorDeadline } from '../core/replacement/handover.ts';
import { replacementStep } from '../core/replacement/step-text.ts';
import type { LedgerRequest } from '../core/request.ts';
import { present } from '../core/spec/present.ts';
import { tagKeys } from '../core/tags.ts';
import { inForceRecord } from './in-force.ts';
import { resolvedManifest, specManifest } from './spec-manifest.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** One DevInstance as its file would say it, with its status beside it. */
export function manifestOf(inspection: Inspection): Manifest {
  const { name, spec, record } = inspection;
  const hasLabels = spec !== undefined && Object.keys(spec.labels).length > 0;
  return present({
    apiVersion: 'devinstance.io/v1alpha1',
    kind: 'DevInstance',
    metadata: present({ name, labels: hasLabels ? spec.labels : undefined, uid: record?.uid }),
    spec: spec === undefined ? undefined : specManifest(spec),
    status: statusManifest(inspection),
  });
}

/** Several as a `List`, as kubectl prints them. */
export function listManifest(inspections: readonly Inspection[]): Manifest {
  return { apiVersion: 'v1', kind: 'List', items: inspections.map(manifestOf) };
}

/**
 * The text of a manifest. Long lines stay whole, nothing is referred to from elsewhere, and what a
 * parser of YAML 1.1 would take for a time is quoted.
 */
export function manifestText(manifest: Manifest, output: 'yaml' | 'json'): string {
  return output === 'json'
    ? `${JSON.stringify(manifest, null, 2)}\n`
    : stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}

function statusManifest(inspection: Inspection): Manifest {
  const { status, situation, spec, holds, changes, waiting, record, inForce } = inspection;
  const { machine, home } = situation ?? {};
  const sinceOf = (reason: string) => record?.holds?.find((held) => held.reason === reason)?.since;
  return present({
    phase: status?.phase,
    sync: status?.sync,
    health: status?.health,
    message: status?.message,
    duty: status?.duty && dutyManifest(status.duty),
    overrides: unlessEmpty(inForce.filter(isOverride).map(inForceManifest)),
    suspensions: unlessEmpty(inForce.filter((asked) => !isOverride(asked)).map(inForceManifest)),
    machine: machine === undefined ? undefined : machineManifest(machine, record),
    home: home === undefined ? undefined : homeManifest(home),
    changes: unlessEmpty(changes.map(({ name: _name, owner: _owner, ...rest }) => rest)),
    holds: unlessEmpty(
      holds.map(({ name: _name, ...rest }) => present({ ...rest, since: sinceOf(rest.reason) })),
    ),
    waiting,
    replacement: situation?.record.replacement && replacementManifest(situation),
    kept: record?.kept && keptManifest(record.kept),
    denied: record?.denial,
    setback: record?.setback,
    resolved: spec === undefined ? undefined : resolvedManifest(spec),
    conditions: conditionsOf(inspection),
  });
}

function dutyManifest(duty: NonNullable<Status['duty']>): Manifest {
  const { state, rule, reason, enforced, since, until, next } = duty;
  return present({ state, rule, reason, enforced, since, until, next });
}

function isOverride({ work }: LedgerRequest): boolean {
  return work.kind === 'override';
}

function inForceManifest(request: LedgerRequest): Manifest {
  const { type: _, ...rest } = inForceRecord(request);
  return rest;
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** A replacement under way: from what to what, how far, and by when. */
function replacementManifest(situation: Situation): Manifest {
  const { replacement } = situation.record;
  if (replacement === undefined) return {};
  const { since, oldId, newId, target, reasons, snapshotId, back } = replacement;
  return present({
    since,
    from: oldId,
    to: newId,
    image: target.image,
    reasons,
    snapshotId,
    step: replacementStep(situation, (at) => at),
    deadline: successorDeadline(replacement, situation.spec.readyWithinMinutes),
    givenUp: back?.reason,
  });
}

function keptManifest({ machineId, image, since, until, snapshotId }: KeptMachine): Manifest {
  return present({ machineId, image, since, until, snapshotId });
}

function machineManifest(machine: Machine, record: DevInstanceRecord | undefined): Manifest {
  return present({
    id: machine.id,
    state: machine.state,
    type: machine.type,
    imageId: machine.imageId,
    image: record?.image,
    zone: machine.az,
    privateIp: machine.privateIp,
    launchedAt: machine.launchedAt,
    checks: machine.checks,
    power: record?.power,
  });
}

function homeManifest(home: Home): Manifest {
  return present({
    id: home.id,
    state: home.state,
    sizeGiB: home.sizeGib,
    type: home.type,
    iops: home.iops,
    throughput: home.throughput,
    zone: home.az,
    encrypted: home.encrypted,
    attachments: home.attachments,
    phase: home.tags[tagKeys.phase],
    modifying: home.modifying,
  });
}
