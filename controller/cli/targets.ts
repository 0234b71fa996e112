import { UsageError } from './io.ts';

/** Where the account is: AWS, or a simulated one in a file. */
export type CloudTarget =
  | { readonly kind: 'aws' }
  | { readonly kind: 'sim'; readonly file: string };

/** Where the ledger is. */
export type LedgerTarget =
  | { readonly kind: 'dynamodb'; readonly table: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'memory' };

export const defaultAccountFile = '.devinstance/account.json';
export const defaultLedgerFile = '.devinstance/ledger.json';

/** Reads `aws`, `sim` or `sim:FILE`. */
export function parseCloud(text: string): CloudTarget {
  if (text === 'aws') return { kind: 'aws' };
  if (text === 'sim') return { kind: 'sim', file: defaultAccountFile };
  if (text.startsWith('sim:') && text.length > 4) return { kind: 'sim', file: text.slice(4) };
  throw new UsageError(
    `unknown cloud "${text}"`,
    'write --cloud aws, --cloud sim or --cloud sim:FILE',
  );
}

/** Reads `dynamodb:TABLE`, `file:PATH` or `memory`. */
export function parseLedger(text: string): LedgerTarget {
  if (text === 'memory') return { kind: 'memory' };
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  if (kind === 'dynamodb' && /^[a-zA-Z0-9_.-]{3,255}$/.test(rest)) return { kind, table: rest };
  if (kind === 'file' && rest !== '') return { kind, path: rest };
  throw new UsageError(
    `unknown ledger "${text}"`,
    'write --ledger dynamodb:TABLE, --ledger file:PATH or --ledger memory',
  );
}

/** The ledger that goes with a cloud where none is named: on AWS one is always asked for. */
export function ledgerFor(cloud: CloudTarget, text: string | undefined): LedgerTarget {
  if (text !== undefined) return parseLedger(text);
  if (cloud.kind === 'sim') return { kind: 'file', path: defaultLedgerFile };
  throw new UsageError('no ledger named', 'add --ledger dynamodb:TABLE, or set DEVINSTANCE_LEDGER');
}

/** Reads a duration of minutes, hours or days, `30m`, into milliseconds. */
export function parseDuration(text: string, flag: string): number {
  const match = /^([1-9]\d{0,3})([smhd])$/.exec(text);
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) {
    throw new UsageError(
      `${flag} is not a duration: "${text}"`,
      `write it as ${flag} 30m or ${flag} 2h`,
    );
  }
  return Number(match[1]) * unitMs;
}
