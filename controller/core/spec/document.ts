import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { type FaultAtOffset, type FieldPath, quote } from './problem.ts';
import { findHiddenCharacter } from './text.ts';
import { findForbiddenToken, maxDepth, startOfQuoted, tooDeep } from './tokens.ts';

/** One YAML document with a mapping at its root and nothing in it that specs do not use. */
export interface SpecDocument {
  /** Plain data: no aliases, tags or keys that are not strings. */
  readonly value: unknown;
  /** Numbers that read as whole but are not written so (`0x32`, `0777`, `200.0`, `1e3`). */
  readonly numberFaults: readonly FaultAtOffset[];
  /** Where a field stands in the text: its value or its key; else the nearest mapping around it. */
  offsetOf(field: FieldPath, at?: 'key'): number;
}

/** Reads text as one document, or tells what is wrong with it. */
export function composeDocument(text: string): SpecDocument | { faults: readonly FaultAtOffset[] } {
  const forbidden = findForbiddenToken(text);
  if (forbidden !== undefined) return { faults: [forbidden] };
  const document = parseDocument(text, {
    version: '1.2',
    merge: false,
    stringKeys: true,
    resolveKnownTags: false,
    // Looked for below in linear time; yaml's own check compares every pair of keys.
    uniqueKeys: false,
    prettyErrors: false,
  });
  // One mistake gives several errors in a row: the first one names it.
  const first = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (first !== undefined) return { faults: [syntaxFault(first, text)] };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.source === '')) return { faults: [empty] };
  if (!isMap(root)) return { faults: [{ ...notMapping, offset: root.range?.[0] ?? 0 }] };
  const survey: Survey = { faults: [], numberFaults: [] };
  surveyNode(root, 1, survey);
  if (survey.faults.length > 0) return { faults: survey.faults };
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    numberFaults: survey.numberFaults,
    offsetOf: makeOffsets(root),
  };
}

interface YamlFault {
  readonly message: string;
  readonly pos: readonly [number, number];
}

function syntaxFault({ message, pos }: YamlFault, text: string): FaultAtOffset {
  const shown = message
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/^Missing closing (.)quote/, 'a $1 is never closed');
  return {
    code: 'E_YAML',
    message: shown.charAt(0).toLowerCase() + shown.slice(1),
    fix: 'Correct the YAML here; put text with special characters in quotes, indent with spaces.',
    // What is wrong inside quotes (an escape, a missing end) is the fault of the quoted text.
    offset: startOfQuoted(text, pos[0]) ?? pos[0],
  };
}

const empty: FaultAtOffset = {
  code: 'E_FILE',
  message: 'the file has no content',
  fix: 'Write a manifest (apiVersion, kind, metadata, spec), or remove the file.',
  offset: 0,
};

const notMapping = {
  code: 'E_YAML',
  message: 'the document is not a mapping',
  fix: 'Begin with apiVersion, kind, metadata and spec as keys.',
} as const;

interface Survey {
  readonly faults: FaultAtOffset[];
  readonly numberFaults: FaultAtOffset[];
}

/** Looks at every node once. The depth was bounded before, so the recursion is. */
function surveyNode(node: unknown, depth: number, survey: Survey): void {
  if (isScalar(node)) {
    surveyScalar(node, survey);
  } else if (isMap(node) || isSeq(node)) {
    if (depth > maxDepth) {
      survey.faults.push({ ...tooDeep, offset: node.range?.[0] ?? 0 });
      return;
    }
    if (isMap(node)) surveyKeys(node, survey);
    for (const item of node.items) {
      surveyNode(isMap(node) ? (item as { value?: unknown }).value : item, depth + 1, survey);
    }
  }
}

function surveyKeys(map: YAMLMap, survey: Survey): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    const name = nameOf(key);
    const offset = startOf(key);
    if (name === '<<') {
      const fix = 'Write the fields themselves; defaults belong in a DevInstanceClass.';
      survey.faults.push({
        code: 'E_REFERENCE',
        message: 'merge keys (<<) are not allowed',
        fix,
        offset,
      });
    } else if (seen.has(name)) {
      const message = `the key ${quote(name)} is there twice`;
      survey.faults.push({ code: 'E_YAML', message, fix: 'Keep one of them.', offset });
    }
    seen.add(name);
    checkCharacters(name, offset, survey);
  }
}

function surveyScalar(node: Scalar, survey: Survey): void {
  const offset = startOf(node);
  if (typeof node.value === 'string') checkCharacters(node.value, offset, survey);
  if (typeof node.value !== 'number' || /^-?(0|[1-9][0-9]*)$/.test(node.source ?? '')) return;
  const written = Number.isSafeInteger(node.value) ? String(node.value) : 'a whole number';
  survey.numberFaults.push({
    code: 'E_SCHEMA',
    message: `${quote(node.source ?? '')} is not written as a whole number`,
    fix: `Write ${written} in plain decimal digits, or put it in quotes if it is text.`,
    offset,
  });
}

/** Escapes in quotes can bring in what the text itself may not hold. */
function checkCharacters(value: string, offset: number, survey: Survey): void {
  const hidden = findHiddenCharacter(value.replace(/\r/g, ''));
  if (hidden !== undefined) survey.faults.push({ ...hidden, offset });
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}

type KeyedPairs = ReadonlyMap<string, Pair>;

/** Finds fields of one document; the keys of a mapping are indexed once. */
function makeOffsets(root: YAMLMap): SpecDocument['offsetOf'] {
  const index = new Map<YAMLMap, KeyedPairs>();
  const pairsOf = (map: YAMLMap): KeyedPairs => {
    const known = index.get(map) ?? new Map(map.items.map((pair) => [nameOf(pair.key), pair]));
    index.set(map, known);
    return known;
  };
  return (field, at) => {
    let node: unknown = root;
    let offset = startOf(root);
    for (const [position, segment] of field.entries()) {
      const pair = isMap(node) ? pairsOf(node).get(segment) : undefined;
      const item = isSeq(node) ? node.items[Number(segment)] : pair?.value;
      if (pair === undefined && item === undefined) return offset;
      const isAtKey = at === 'key' && position === field.length - 1;
      // A value that is not written at all has no place of its own.
      const isUnwritten = item === null || (isScalar(item) && item.source === '');
      offset = startOf(pair !== undefined && (isAtKey || isUnwritten) ? pair.key : item);
      node = item;
    }
    return offset;
  };
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}
