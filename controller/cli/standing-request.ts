import type { LedgerRequest } from '../core/request.ts';
import type { AskingParts } from './asking.ts';

/** Puts a request, and ends those before it of its kind and name: it takes their place. */
export async function putInPlace(
  { ledger }: Pick<AskingParts, 'ledger'>,
  request: LedgerRequest,
  what: string,
): Promise<void> {
  await ledger.putRequest(request);
  // Read after the writing: one that somebody else put at the same time must not stand beside it.
  const former = (await ledger.requests()).filter((other) => isReplacedBy(other, request));
  const message = `replaced by ${what} by ${request.actor}`;
  for (const { id } of former) {
    await ledger.endRequest(id, { at: request.at, result: 'done', message });
  }
}

function isReplacedBy(other: LedgerRequest, request: LedgerRequest): boolean {
  if (other.ended !== undefined || other.name !== request.name) return false;
  if (other.work.kind !== request.work.kind) return false;
  return other.at < request.at || (other.at === request.at && other.id < request.id);
}
