import { OperatorError } from '../ports.ts';

/** What the system's error codes mean for a ledger file: cause, and remedy. */
const troubles: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  EACCES: [
    'access is denied',
    'Give this user read and write access to the file and its folder, or name another with --ledger.',
  ],
  EPERM: [
    'the system forbids it',
    'Give this user read and write access to the file and its folder, or name another with --ledger.',
  ],
  EROFS: ['its disk is read-only', 'Name a file on a writable disk with --ledger.'],
  ENOSPC: ['the disk is full', 'Free some space and try again. The ledger is as it was.'],
  EDQUOT: ['the disk quota is used up', 'Free some space and try again. The ledger is as it was.'],
  EISDIR: ['it is a folder', 'Name a file with --ledger.'],
  ENOTDIR: ['a part of its path is no folder', 'Name another file with --ledger.'],
  EEXIST: ['a part of its path is no folder', 'Name another file with --ledger.'],
  ELOCKED: [
    'another process keeps it locked',
    'Wait until the other devinstance is done, or stop it, and try again.',
  ],
};

/** The code of a system error; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The OperatorError that names the file, what is the matter and what to do. */
export function explainFileError(file: string, error: unknown): Error {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const [cause, remedy] = troubles[code] ?? [
    code,
    'Mend the disk or name another file with --ledger.',
  ];
  return new OperatorError(`cannot use the ledger ${file}: ${cause}`, remedy, { cause: error });
}
