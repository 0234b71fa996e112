import type { EffectiveSpec } from '../core/desired.ts';
import type { FleetEvent } from '../core/event.ts';
import { type Instant, minuteMs, plusMillis } from '../core/instant.ts';
import type { Home, Machine } from '../core/observed.ts';
import type { Condition } from '../core/plan/condition.ts';
import { conditionsOf } from '../core/plan/conditions.ts';
import type { Inspection } from '../core/plan/inspect.ts';
import { imageKey } from '../core/plan/launch.ts';
import type { Situation } from '../core/plan/situation.ts';
import type { DevInstanceRecord } from '../core/record.ts';
import { tagKeys } from '../core/tags.ts';
import { ageText } from './age.ts';
import { alignedLines, type Row, rowLines } from './aligned.ts';
import { eventLines } from './events-table.ts';
import { byText, whatText } from './in-force.ts';
import { localMoment } from './local-time.ts';
import type { Paint } from './paint.ts';
import { changeBlock, holdBlock } from './plan-text.ts';
import { keptRows, machineImageText, replacementRows } from './replacement-rows.ts';
import { durationOf } from './spec-manifest.ts';
import { visible } from './visible.ts';

type Section = readonly [title: string, lines: readonly string[]];

/** A moment as people of that DevInstance read it. */
type Moment = (at: Instant) => string;

/** Everything that is known of one DevInstance, for a terminal. */
export function describeText(
  inspection: Inspection,
  events: readonly FleetEvent[],
  paint: Paint,
): string {
  const { name, spec, situation, status, record } = inspection;
  const { now } = inspection.world;
  const timezone = spec?.schedule.timezone ?? 'UTC';
  const moment: Moment = (at) => {
    const time = localMoment(at, now, timezone);
    return at > now ? time : `${time} (${ageText(at, now)} ago)`;
  };
  const head =
    status === undefined ? name : `${name}  ${status.phase}, ${status.sync}, ${status.health}`;
  const machine = situation?.machine;
  const home = situation?.home;
  const sections: readonly Section[] = [
    ['Spec', spec === undefined ? ['none'] : rowLines(specRows(inspection, spec))],
    ['Machine', machine === undefined ? ['none'] : rowLines(machineRows(machine, record, moment))],
    ['Home', home === undefined ? [homeless(record)] : rowLines(homeRows(home, moment))],
    ...ofSituation('Replacement', situation, (known) => replacementRows(known, moment)),
    ...ofSituation('Kept', situation, (known) => keptRows(known, moment)),
    ['Pending', pendingLines(inspection, timezone, paint)],
    ['Conditions', conditionLines(conditionsOf(inspection), now, paint)],
    ['Events', eventLines(events, now, paint)],
  ];
  const blocks = sections.map(([title, lines]) =>
    [paint.bold(title), ...lines.map((line) => `  ${line}`)].join('\n'),
  );
  return `${[paint.bold(head), ...blocks].join('\n')}\n`;
}

/** A section that is left out where it has nothing to say. */
function ofSituation(
  title: string,
  situation: Situation | undefined,
  rowsOf: (situation: Situation) => readonly Row[],
): readonly Section[] {
  const lines = situation === undefined ? [] : rowLines(rowsOf(situation));
  return lines.length === 0 ? [] : [[title, lines]];
}

function specRows(inspection: Inspection, spec: EffectiveSpec): readonly Row[] {
  const { status, situation, world, transition } = inspection;
  const { owner, rootVolume, homeVolume: home } = spec;
  const { timezone, source } = spec.schedule;
  const standing = situation?.standing.kind;
  const isLast = standing === 'kept' || standing === 'orphaned';
  const verb = transition?.state === 'running' ? 'start' : 'stop';
  const window = spec.upgrade.window;
  return [
    ['In force', isLast ? 'the last valid one' : undefined],
    ['Owner', `${owner.name} (uid ${owner.uid}, gid ${owner.gid})`],
    ['Class', spec.className],
    ['Type', [...new Set([spec.instanceType, ...spec.fallbackTypes])].join(', else ')],
    ['Root', `${rootVolume.sizeGib} GiB ${rootVolume.type}`],
    ['Home', `${volumeText(home)}, at most ${home.maxSizeGib} GiB`],
    ['Schedule', `${source}${status?.duty === undefined ? '' : `: ${status.duty.reason}`}`],
    [
      'Next',
      transition === undefined
        ? undefined
        : `${verb} ${localMoment(transition.at, world.now, timezone)}`,
    ],
    ...inForceRows(inspection, timezone),
    ['Image', imageText(inspection, spec)],
    [
      'Upgrade',
      window === undefined
        ? spec.upgrade.when
        : `${spec.upgrade.when}: ${window.windows.map(({ days, start, end }) => `${days.join(',')} ${start}-${end}`).join('; ')} ${window.timezone}`,
    ],
    ['By hand', `may run ${durationOf(spec.schedule.manualStartHoldMinutes)} outside its windows`],
    ['Lifecycle', spec.lifecycle],
  ];
}

function inForceRows({ inForce, world }: Inspection, timezone: string): readonly Row[] {
  const context = { now: world.now, timezoneOf: () => timezone };
  return inForce.map((request) => [
    request.work.kind === 'override' ? 'Override' : 'Suspended',
    `${whatText(request, context)} (${byText(request)})`,
  ]);
}

function imageText({ world }: Inspection, spec: EffectiveSpec): string {
  const name = 'channel' in spec.image ? `${spec.image.channel}: ` : '';
  const image = world.observed.images.get(imageKey(spec));
  if (image === undefined) return `${name}not read`;
  return image.usable ? `${name}${image.imageId} (${image.imageName})` : `${name}${image.reason}`;
}

function volumeText(volume: {
  readonly sizeGib: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
}): string {
  const iops = volume.iops === undefined ? '' : `, ${volume.iops} IOPS`;
  const throughput = volume.throughput === undefined ? '' : `, ${volume.throughput} MiB/s`;
  return `${volume.sizeGib} GiB ${volume.type}${iops}${throughput}`;
}

const actors = { controller: 'the controller', person: 'a person', aws: 'AWS' } as const;

const causes = {
  person: 'a person started it',
  creation: 'it was made while its schedule was off',
} as const;

function machineRows(
  machine: Machine,
  record: DevInstanceRecord | undefined,
  moment: Moment,
): readonly Row[] {
  const power = record?.power;
  const verb = power?.state === 'running' ? 'started' : 'stopped';
  const start = record?.manualStart;
  const holdMs = (record?.effective.schedule.manualStartHoldMinutes ?? 0) * minuteMs;
  return [
    ['Id', machine.id],
    ['State', machine.state],
    ['Power', power && `${verb} by ${actors[power.by]} ${moment(power.at)}`],
    [
      'Hold',
      start && `may run until ${moment(plusMillis(start.at, holdMs))}, as ${causes[start.cause]}`,
    ],
    ['Checks', machine.checks],
    ['Type', machine.type],
    ['Image', machineImageText(machine, record)],
    ['Zone', machine.az],
    ['Address', machine.privateIp],
    ['Launched', moment(machine.launchedAt)],
  ];
}

function homeless(record: DevInstanceRecord | undefined): string {
  return record?.homeId === undefined ? 'none' : `${record.homeId}, which is not there to be read`;
}

function homeRows(home: Home, moment: Moment): readonly Row[] {
  const held = home.attachments.filter(({ state }) => state !== 'detached');
  return [
    ['Id', home.id],
    ['State', home.state],
    ['Size', volumeText(home)],
    ['Change', home.modifying],
    ['Zone', home.az],
    [
      'Attached',
      held.map((at) => `${at.instanceId} as ${at.deviceName} (${at.state})`).join(', ') || 'no',
    ],
    ['Phase', home.tags[tagKeys.phase]],
    ['Encrypted', home.encrypted ? 'yes' : 'no'],
    ['Made', moment(home.createdAt)],
  ];
}

function pendingLines(
  { changes, holds, waiting, world }: Inspection,
  timezone: string,
  paint: Paint,
): readonly string[] {
  const context = { now: world.now, timezoneOf: () => timezone };
  const blocks = [
    ...changes.map((change) => changeBlock(change, context, paint)),
    ...holds.map((held) => holdBlock(held, paint)),
    ...(waiting === undefined ? [] : [`waiting for ${waiting}`]),
  ];
  return blocks.length === 0 ? ['nothing'] : blocks.flatMap((block) => block.split('\n'));
}

function conditionLines(
  conditions: readonly Condition[],
  now: Instant,
  paint: Paint,
): readonly string[] {
  const rows = conditions.map(({ type, status, reason, message, lastTransitionTime: since }) => [
    type,
    status,
    since === undefined ? '-' : ageText(since, now),
    reason,
    visible(message),
  ]);
  const lines = alignedLines([['Type', 'Status', 'Since', 'Reason', 'Message'], ...rows]);
  const isBad = ({ type, status }: Condition) => type === 'Ready' && status !== 'True';
  return lines.map((line, index) => {
    const condition = conditions[index - 1];
    return condition !== undefined && isBad(condition) ? paint.yellow(line) : line;
  });
}
