import { type Ledger, OperatorError } from '../ports.ts';
import { DOCUMENT_VERSION, formatDocument, type LedgerDocument } from './document.ts';
import { documentLedger } from './document-ledger.ts';

/** A ledger that lasts as long as this object. It exists from the start, without a marker. */
export function memoryLedger(): Ledger {
  let document: LedgerDocument = { schemaVersion: DOCUMENT_VERSION, records: {} };
  // Read through text, so that nobody can change what is stored by changing what was read.
  let text: string | undefined;
  return documentLedger({
    description: 'memory',
    load: async () => {
      text ??= formatDocument(document);
      return JSON.parse(text);
    },
    change: async (edit) => {
      document = edit(document);
      text = undefined;
      return document;
    },
    missing: () => new OperatorError('there is no ledger', 'Use a ledger that exists.'),
  });
}
