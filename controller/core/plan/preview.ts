import type { ResolvedSchedule } from '../desired.ts';
import { type Instant, toMillis } from '../instant.ts';
import { isOn } from '../observed.ts';
import { clockIn } from '../schedule/clock.ts';
import { type DutyPreview, previewDuty } from '../schedule/duty-preview.ts';
import { type Course, previewCourse } from '../schedule/preview.ts';
import { memoryOf, orphanStopAt } from './duty.ts';
import type { Inspection } from './inspect.ts';
import type { Situation } from './situation.ts';

/** What will be of one DevInstance, as far as it can be known now. */
export interface MachinePreview extends DutyPreview {
  /** What forbids, or adds to, what the schedule says; for people. */
  readonly remarks: readonly string[];
}

/** Looks ahead from one moment to another; undefined where no valid spec says anything. */
export function previewMachine(
  inspection: Inspection,
  from: Instant,
  until: Instant,
): MachinePreview | undefined {
  const { name, spec, situation, world } = inspection;
  if (spec === undefined) return undefined;
  const { schedule } = spec;
  const frame = { name, from, until };
  if (situation === undefined || !world.records.has(name)) {
    const remarks = ['nothing is made yet: the schedule alone is shown'];
    return { ...previewDuty(schedule, {}, frame, from), remarks };
  }
  const ending = endingOf(situation);
  if (ending !== undefined) {
    const preview = previewCourse({ ...frame, timezone: schedule.timezone }, ending.course(from));
    return { ...preview, schedule: schedule.source, notes: [], remarks: [ending.remark] };
  }
  const preview = previewDuty(schedule, memoryOf(situation), frame, situation.now);
  return { ...preview, remarks: remarksOf(situation, schedule) };
}

/** What becomes of a machine that git gave up. */
function endingOf(
  situation: Situation,
): { readonly course: (from: Instant) => Course; readonly remark: string } | undefined {
  const { standing, spec, machine } = situation;
  if (standing.kind === 'orphaned') {
    const remark = 'no file names it any more: it is stopped once, and never started again';
    return {
      remark,
      course: (from) => lastStop(isOn(machine?.state) ? orphanStopAt(situation) : from, from),
    };
  }
  if (spec.lifecycle !== 'retired') return undefined;
  const remark = 'lifecycle: retired, so it is never started again';
  return { remark, course: (from) => lastStop(from, from) };
}

function lastStop(stopAt: Instant, from: Instant): Course {
  if (stopAt <= from) return { stateAtFrom: 'stopped', transitions: [] };
  const stop = { at: toMillis(stopAt), state: 'stopped', reason: 'its file is gone' } as const;
  return { stateAtFrom: 'running', transitions: [stop] };
}

function remarksOf(situation: Situation, schedule: ResolvedSchedule): readonly string[] {
  const { record, spec, neighbours, now } = situation;
  const asked = neighbours.suspensionOf(record.name);
  const { leadMs = 0 } = memoryOf(situation);
  return [
    ...(spec.lifecycle === 'suspended' ? ['lifecycle: suspended, so none of this is done'] : []),
    ...(asked === undefined
      ? []
      : [
          `suspended by ${asked.actor}: none of this is done until ${clockIn(schedule.timezone, asked.expiresAt, now)}`,
        ]),
    ...(leadMs === 0
      ? []
      : [`started ${lengthText(leadMs)} before its windows, to be ready by then`]),
    ...(schedule.actions === 'start-only' ? ['stops are left to people: actions: start-only'] : []),
    ...(schedule.actions === 'stop-only' ? ['starts are left to people: actions: stop-only'] : []),
  ];
}

/** `6 min 25 s`. */
function lengthText(millis: number): string {
  const seconds = Math.round(millis / 1000);
  const parts = [
    [Math.floor(seconds / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}`])).join(' ');
}
