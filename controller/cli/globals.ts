/** The options that every command takes, as they were typed. */
export interface Globals {
  readonly specs: string;
  readonly cloud: string;
  readonly ledger?: string;
  readonly color: boolean;
}
