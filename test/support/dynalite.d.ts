declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB-compatible server that keeps its tables in memory. */
  const dynalite: (options?: {
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }) => Server;
  export = dynalite;
}
