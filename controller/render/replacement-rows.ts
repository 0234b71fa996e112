import type { Instant } from '../core/instant.ts';
import type { Machine } from '../core/observed.ts';
import type { Situation } from '../core/plan/situation.ts';
import type { DevInstanceRecord } from '../core/record.ts';
import { successorDeadline } from '../core/replacement/handover.ts';
import { rollbackOffer } from '../core/replacement/rollback-offer.ts';
import { replacementStep } from '../core/replacement/step-text.ts';
import type { Row } from './aligned.ts';
import { pinnedText } from './pinned-text.ts';

type Moment = (at: Instant) => string;

/** The replacement that is under way, and what keeps others from coming. */
export function replacementRows(situation: Situation, moment: Moment): readonly Row[] {
  const { replacement, denial, setback } = situation.record;
  const deadline = replacement && successorDeadline(replacement, situation.spec.readyWithinMinutes);
  const { newId, target, reasons, since } = replacement ?? {};
  return [
    ['From', replacement && machineText(situation, replacement.oldId)],
    ['To', target && `${pinnedText(target.image)}${newId === undefined ? '' : `, ${newId}`}`],
    ['Why', reasons?.join(', ')],
    ['Since', since && moment(since)],
    ['Step', replacementStep(situation, moment)],
    ['Deadline', deadline && moment(deadline)],
    ['Denied', denial && `${deniedText(denial)} since ${moment(denial.at)}, by ${denial.actor}`],
    [
      'Last try',
      setback &&
        `failed ${moment(setback.at)}: ${setback.reason}; next not before ${moment(setback.notBefore)}`,
    ],
  ];
}

/** The machine that was replaced and is kept for a while. */
export function keptRows(situation: Situation, moment: Moment): readonly Row[] {
  const { kept, name } = situation.record;
  if (kept === undefined) return [];
  const found = situation.observed.machines.find(({ id }) => id === kept.machineId);
  const offer = rollbackOffer(situation);
  const isOffered = 'to' in offer && offer.to === 'kept';
  return [
    ['Machine', `${kept.machineId}, ${found?.state ?? 'which was not found'}`],
    ['Image', kept.image === undefined ? found?.imageId : pinnedText(kept.image)],
    ['Until', moment(kept.until)],
    ['Return', isOffered ? `devinstance rollback ${name}` : undefined],
  ];
}

/** The image of a machine, with what the ledger knows of it. */
export function machineImageText(
  { imageId }: Machine,
  record: DevInstanceRecord | undefined,
): string {
  const image = record?.image;
  if (image?.imageId !== imageId) return imageId;
  const { name, parameterVersion } = image;
  const version = parameterVersion === undefined ? [] : [`parameter version ${parameterVersion}`];
  const known = [...(name === '' ? [] : [name]), ...version];
  return known.length === 0 ? imageId : `${imageId} (${known.join(', ')})`;
}

function machineText({ record, observed }: Situation, machineId: string): string {
  const machine = observed.machines.find(({ id }) => id === machineId);
  if (machine === undefined) return machineId;
  const { imageId } = machine;
  const name = record.image?.imageId === imageId ? record.image.name : '';
  return `${machineId} of ${pinnedText({ imageId, name })}`;
}

function deniedText({ image, specHash }: NonNullable<DevInstanceRecord['denial']>): string {
  const parts = [
    ...(image === undefined ? [] : [pinnedText(image)]),
    ...(specHash === undefined ? [] : [`the spec ${specHash}`]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}
