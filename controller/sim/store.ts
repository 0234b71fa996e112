import type { AccountState } from './state.ts';

/** Where the account's document lives. */
export interface AccountStore {
  /** For messages: `sim:.devinstance/account.json`. */
  readonly description: string;
  /** The document as it stands, not to be written to. Throws OperatorError where it is damaged. */
  read(): AccountState;
  /**
   * Changes the document under an exclusive lock: all of it is stored, or, where `apply` throws,
   * nothing.
   */
  change<T>(apply: (state: AccountState) => T): Promise<T>;
}

/**
 * Keeps the document in memory. Handlers check everything before they write, so a throwing change
 * leaves it as it was.
 */
export function memoryStore(state: AccountState): AccountStore {
  return {
    description: 'sim (memory)',
    read: () => state,
    change: async (apply) => apply(state),
  };
}
