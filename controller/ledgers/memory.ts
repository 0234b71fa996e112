import { type Ledger, OperatorError } from '../ports.ts';
import { DOCUMENT_VERSION, formatDocument, type LedgerDocument } from './document.ts';
import { documentLedger } from './document-ledger.ts';

/** A ledger that lasts as long as this object. It exists from the start, without a marker. */
export function memoryLedger(): Ledger {
  // Kept as text, so that nobody can change what is stored by changing what was read.
  let text = formatDocument({ schemaVersion: DOCUMENT_VERSION, records: {} });
  const load = (): LedgerDocument => JSON.parse(text);
  return documentLedger({
    description: 'memory',
    load: async () => load(),
    change: async (edit) => {
      const after = edit(load());
      text = formatDocument(after);
      return after;
    },
    missing: () => new OperatorError('there is no ledger', 'Use a ledger that exists.'),
  });
}
