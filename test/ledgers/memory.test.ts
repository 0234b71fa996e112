import { describe, expect, test } from 'vitest';
import { memoryLedger } from '../../controller/ledgers/memory.ts';
import { testLedger } from '../support/ledger-contract.ts';

describe('memory', () => {
  testLedger(async () => {
    const ledger = memoryLedger();
    return [ledger, ledger];
  });

  test('a new one has no marker', async () => {
    expect(await memoryLedger().marker()).toBeUndefined();
  });
});
