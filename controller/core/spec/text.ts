import type { Fault, FaultAtOffset, Place } from './problem.ts';

/** The most that a spec file may hold. */
export const maxFileBytes = 16_384;

/**
 * Characters that hide or change what a reader sees: control, bidirectional, zero-width, invisible
 * fillers, lone surrogates, noncharacters, and the mark that decoding leaves for broken bytes.
 * Variation selectors may stay: emoji in comments carry them.
 */
const hiddenCharacter = new RegExp(
  [
    String.raw`(?![\t\n\r])\p{Cc}`,
    String.raw`\r(?!\n)`,
    String.raw`[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]`,
    String.raw`(?![\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}`,
    String.raw`\p{Noncharacter_Code_Point}`,
  ].join('|'),
  'u',
);

/** The text of a spec file without its byte-order mark, or why it is none. */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string } | { readonly fault: Fault; readonly place: Place } {
  if (bytes.length > maxFileBytes) {
    return { fault: tooLarge, place: { line: 1, column: 1 } };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { fault: utf16, place: { line: 1, column: 1 } };
  }
  // Broken bytes become U+FFFD, which is refused where it stands: that gives the place.
  const text = new TextDecoder('utf-8').decode(bytes);
  const fault = findHiddenCharacter(text);
  return fault === undefined ? { text } : { fault, place: makePlaces(text)(fault.offset) };
}

const tooLarge: Fault = {
  code: 'E_FILE',
  message: 'the file is larger than 16 KiB',
  fix: 'Keep one manifest of at most 16 KiB in a file.',
};

const utf16: Fault = {
  code: 'E_ENCODING',
  message: 'the file is UTF-16',
  fix: 'Save it as UTF-8.',
};

/** The first character that is not allowed anywhere in a spec. */
export function findHiddenCharacter(text: string): FaultAtOffset | undefined {
  const offset = text.search(hiddenCharacter);
  if (offset < 0) return undefined;
  const codePoint = text.codePointAt(offset) ?? 0;
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  if (codePoint === 0xfffd) {
    const message = 'the file is not valid UTF-8 here';
    return { code: 'E_ENCODING', message, fix: 'Save it as UTF-8.', offset };
  }
  if (codePoint === 0x0d) {
    const message = 'a carriage return stands without a line feed';
    return { code: 'E_ENCODING', message, fix: 'End lines with LF or CRLF.', offset };
  }
  return {
    code: 'E_ENCODING',
    message: `the character ${name} is invisible or changes how text is shown`,
    fix: `Remove ${name}.`,
    offset,
  };
}

/** Finds line and column of characters of one text, in UTF-16 units: logarithmic in its lines. */
export function makePlaces(text: string): (offset: number) => Place {
  const lineStarts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    lineStarts.push(end + 1);
  }
  return (offset) => {
    let line = 0;
    for (let step = 2 ** Math.ceil(Math.log2(lineStarts.length)); step >= 1; step /= 2) {
      if ((lineStarts[line + step] ?? Number.POSITIVE_INFINITY) <= offset) line += step;
    }
    return { line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
  };
}
