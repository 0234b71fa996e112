import { CST, Lexer } from 'yaml';
import type { FaultAtOffset } from './problem.ts';

/** How deep collections may nest; the kinds need seven. */
export const maxDepth = 8;

/**
 * How many lexer tokens a file may have. A Schedule with its 400 exceptions has 8,000; what 16 KiB
 * could hold more takes yaml and the validator longest.
 */
const maxTokens = 10_000;

interface BlockLevel {
  readonly type: 'map' | 'seq';
  readonly column: number;
}

/** Where the scan stands. `levels` never grows beyond the allowed depth. */
interface Scan {
  offset: number;
  lineStart: number;
  readonly levels: BlockLevel[];
  flowDepth: number;
  /** Column of the scalar that a following `:` makes a key. */
  keyColumn: number | undefined;
  hasContent: boolean;
  hasDocumentStart: boolean;
}

/**
 * The first token that specs do not use, found before anything is parsed: parsing deep nesting
 * aborts Node 20 and 22 uncatchably (yaml 2.9.1). One pass of yaml's own lexer, linear in the text.
 */
export function findForbiddenToken(text: string): FaultAtOffset | undefined {
  const scan: Scan = {
    offset: 0,
    lineStart: 0,
    levels: [],
    flowDepth: 0,
    keyColumn: undefined,
    hasContent: false,
    hasDocumentStart: false,
  };
  let isScalarNext = false;
  let count = 0;
  for (const token of new Lexer().lex(text)) {
    const type: TokenType = isScalarNext ? 'scalar-text' : CST.tokenType(token);
    isScalarNext = type === 'scalar';
    count++;
    const fault = count > maxTokens ? tooMany : judge(type, scan);
    if (fault !== undefined) return { ...fault, offset: scan.offset };
    if (isMark(type)) continue;
    scan.offset += token.length;
    const lineEnd = token.lastIndexOf('\n');
    if (lineEnd >= 0) scan.lineStart = scan.offset - token.length + lineEnd + 1;
  }
  return undefined;
}

const tooMany: TokenFault = {
  code: 'E_YAML',
  message: `the file has more than ${maxTokens} YAML tokens`,
  fix: 'No manifest within the limits of its kind has so many: shorten it.',
};

/** Where the text in quotes begins that a character is in or, at the very end, behind. */
export function startOfQuoted(text: string, offset: number): number | undefined {
  let start = 0;
  let isScalarNext = false;
  for (const token of new Lexer().lex(text)) {
    const type: TokenType = isScalarNext ? 'scalar-text' : CST.tokenType(token);
    isScalarNext = type === 'scalar';
    if (isMark(type)) continue;
    const end = start + token.length;
    const isInside = offset < end || (offset === end && end === text.length);
    if (isInside) return type?.endsWith('-quoted-scalar') ? start : undefined;
    start = end;
  }
  return undefined;
}

/** The lexer's own marks (mode, scalar, flow end) stand for no characters of the text. */
function isMark(type: TokenType): boolean {
  return type === 'doc-mode' || type === 'scalar' || type === 'flow-error-end';
}

type TokenFault = Omit<FaultAtOffset, 'offset'>;
type TokenType = ReturnType<typeof CST.tokenType> | 'scalar-text';

function judge(type: TokenType, scan: Scan): TokenFault | undefined {
  switch (type) {
    case 'directive-line':
      return unwanted('a YAML directive', 'Remove the line: YAML 1.2 is understood without it.');
    case 'doc-start':
      return startDocument(scan);
    case 'explicit-key-ind':
      return unwanted('a complex key (?)', 'Write the key before a colon: key: value.');
    case 'tag':
      return reference('a tag (!)', 'Remove it: the type follows from the field.');
    case 'anchor':
      return reference('an anchor (&)', 'Remove it, and write the value where it is used.');
    case 'alias':
      return reference(
        'an alias (*)',
        'Write the value itself; put text that begins with * in quotes.',
      );
    default:
      return nest(type, scan);
  }
}

function unwanted(what: string, fix: string): TokenFault {
  return { code: 'E_YAML', message: `${what} is not supported`, fix };
}

function reference(what: string, fix: string): TokenFault {
  return { code: 'E_REFERENCE', message: `${what} is not allowed`, fix };
}

function startDocument(scan: Scan): TokenFault | undefined {
  if (scan.hasContent || scan.hasDocumentStart) {
    const message = 'a second document begins here';
    return {
      code: 'E_YAML',
      message,
      fix: 'Keep one document in a file, with at most one leading ---.',
    };
  }
  scan.hasDocumentStart = true;
  return undefined;
}

function nest(type: TokenType, scan: Scan): TokenFault | undefined {
  const column = scan.offset - scan.lineStart;
  switch (type) {
    case 'flow-map-start':
    case 'flow-seq-start':
      scan.flowDepth++;
      scan.keyColumn ??= column;
      break;
    case 'flow-map-end':
    case 'flow-seq-end':
      scan.flowDepth = Math.max(0, scan.flowDepth - 1);
      return undefined;
    case 'seq-item-ind':
      if (scan.flowDepth === 0) openBlock({ type: 'seq', column }, scan.levels);
      scan.keyColumn = undefined;
      break;
    case 'map-value-ind':
      if (scan.flowDepth === 0) {
        openBlock({ type: 'map', column: scan.keyColumn ?? column }, scan.levels);
        scan.keyColumn = undefined;
      }
      break;
    case 'newline':
      if (scan.flowDepth === 0) scan.keyColumn = undefined;
      return undefined;
    case 'scalar-text':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      if (scan.flowDepth === 0) scan.keyColumn = column;
      break;
    default:
      return undefined;
  }
  scan.hasContent = true;
  return scan.levels.length + scan.flowDepth > maxDepth ? tooDeep : undefined;
}

/** A block collection goes on at its own column; a list may share the column of its mapping. */
function openBlock(level: BlockLevel, levels: BlockLevel[]): void {
  for (let top = levels.at(-1); top !== undefined; top = levels.at(-1)) {
    const isEnded =
      top.column > level.column ||
      (top.column === level.column && top.type === 'seq' && level.type === 'map');
    if (!isEnded) break;
    levels.pop();
  }
  const top = levels.at(-1);
  if (top?.column !== level.column || top.type !== level.type) levels.push(level);
}

/** What nesting beyond the limit is answered with. */
export const tooDeep: TokenFault = {
  code: 'E_YAML',
  message: `collections nest more than ${maxDepth} deep`,
  fix: 'No kind needs more than 7 levels: flatten it.',
};
