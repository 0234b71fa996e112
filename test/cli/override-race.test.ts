import { expect, test } from 'vitest';
import { putOverride } from '../../controller/cli/override-request.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import type { Ledger } from '../../controller/ports.ts';
import { asked, makeAskingRig, toBeOff, toRun } from '../support/asking-rig.ts';
import { mondayMorning } from '../support/world.ts';

const mine = asked({ work: toRun, id: 'mine', actor: 'ada', at: mondayMorning });

/** A ledger in which somebody else does something right before or after a request is written. */
async function race(act: {
  readonly before?: (ledger: Ledger) => Promise<unknown>;
  readonly after?: (ledger: Ledger) => Promise<unknown>;
}) {
  const { ledger, open } = await makeAskingRig();
  const putRequest = async (request: LedgerRequest) => {
    await act.before?.(ledger);
    await ledger.putRequest(request);
    await act.after?.(ledger);
  };
  const step = await putOverride({ ledger: { ...ledger, putRequest } }, mine, 'start');
  return { step, left: (await open()).map(({ id }) => id) };
}

async function writeStop(ledger: Ledger): Promise<void> {
  const [stored] = await ledger.records();
  if (stored === undefined) throw new Error('there is no record');
  const action = { kind: 'stop', name: 'ada-01', machineId: 'i-ada-01', cause: 'duty' } as const;
  const step = { action, at: mondayMorning };
  await ledger.putRecord({ ...stored.record, step }, stored.version, 1);
}

test.each([
  ['before', { before: writeStop }],
  ['after', { after: writeStop }],
])('a step that a pass writes right %s the request is seen', async (_, act) => {
  expect((await race(act)).step).toBe('stop');
});

test('without a step none is seen', async () => {
  expect((await race({})).step).toBeUndefined();
});

test('what somebody else asked for in the same moment does not stand beside it', async () => {
  const other = asked({ work: toBeOff, id: 'other', at: '2026-11-23T08:59:59.999Z' });
  expect((await race({ before: (ledger) => ledger.putRequest(other) })).left).toEqual(['mine']);
});

test.each([
  ['later', 'a', '2026-11-23T09:00:00.001Z', ['mine', 'a']],
  ['at once, with a later id', 'n', mondayMorning, ['mine', 'n']],
  ['at once, with an earlier id', 'l', mondayMorning, ['mine']],
])('of two the later one stands: another asked %s', async (_, id, at, left) => {
  const other = asked({ work: toBeOff, id, at });
  expect((await race({ after: (ledger) => ledger.putRequest(other) })).left).toEqual(left);
});
