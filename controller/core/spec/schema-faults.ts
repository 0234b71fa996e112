import type { ErrorObject } from 'ajv';
import { type FaultAtField, type FieldPath, nearest, quote } from './problem.ts';

/** What a person can act on in the validator's errors: one fault for each mistake. */
export function schemaFaults(errors: readonly ErrorObject[]): readonly FaultAtField[] {
  const faults: FaultAtField[] = [];
  for (const error of errors) {
    // Both only repeat what another error says in detail.
    if (error.keyword === 'if' || error.keyword === 'propertyNames') continue;
    faults.push(schemaFault(error));
  }
  return faults;
}

/** What of a schema the messages use. */
interface SchemaNotes {
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly type?: string | readonly string[];
}

function schemaFault(error: ErrorObject): FaultAtField {
  const field = parsePointer(error.instancePath);
  const notes = (error.parentSchema ?? {}) as SchemaNotes;
  if (error.propertyName !== undefined) {
    return badText([...field, error.propertyName], error.propertyName, notes, 'key');
  }
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return missingField(field, error, notes);
    case 'additionalProperties':
      return unknownField(field, String(error.params['additionalProperty']), notes);
    case 'false schema':
      return clashingField(field, error.schemaPath);
    case 'type':
      return wrongType(field, error.data, notes);
    case 'const':
      return notAllowed(field, error.data, [error.params['allowedValue']]);
    case 'enum':
      return notAllowed(field, error.data, error.params['allowedValues']);
    case 'pattern':
    case 'maxLength':
      return badText(field, String(error.data), notes);
    default:
      return outOfBounds(field, error, notes);
  }
}

/** The keys that an RFC 6901 pointer names. */
function parsePointer(pointer: string): FieldPath {
  const segments = pointer.split('/').slice(1);
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** How a message calls a field: its key, with list positions behind it. */
export function fieldLabel(field: FieldPath): string {
  const nameIndex = field.findLastIndex((segment) => !/^\d+$/.test(segment));
  if (nameIndex < 0) return 'the manifest';
  const positions = field.slice(nameIndex + 1).map((position) => `[${position}]`);
  return `${printable(field[nameIndex] ?? '')}${positions.join('')}`;
}

function printable(name: string): string {
  return /^[\w.:/-]{1,60}$/.test(name) ? name : quote(name);
}

function missingField(field: FieldPath, error: ErrorObject, notes: SchemaNotes): FaultAtField {
  const missing = String(error.params['missingProperty']);
  const isConditional = error.keyword === 'required' && notes.properties === undefined;
  const fix = isConditional ? notes.description : undefined;
  return {
    code: 'E_SCHEMA',
    message: `${missing} is missing in ${fieldLabel(field)}`,
    fix: fix ?? `Add ${missing} to ${fieldLabel(field)}.`,
    // The field is not there: its place is that of the mapping.
    field: [...field, missing],
  };
}

function unknownField(field: FieldPath, name: string, notes: SchemaNotes): FaultAtField {
  const known = Object.keys(notes.properties ?? {});
  const meant = nearest(name, known);
  return {
    code: 'E_SCHEMA',
    message: `${fieldLabel(field)} has no field ${quote(name)}`,
    fix:
      meant === undefined
        ? `Remove it. ${fieldLabel(field)} has: ${known.join(', ')}.`
        : `Write ${meant}.`,
    field: [...field, name],
    at: 'key',
  };
}

function clashingField(field: FieldPath, schemaPath: string): FaultAtField {
  const winner = /dependentSchemas\/(\w+)\//.exec(schemaPath)?.[1] ?? 'another field';
  return {
    code: 'E_SCHEMA',
    message: `${fieldLabel(field)} does not go with ${winner}`,
    fix: `Remove ${fieldLabel(field)} or ${winner}.`,
    field,
    at: 'key',
  };
}

const typeWords: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
};

function wrongType(field: FieldPath, data: unknown, notes: SchemaNotes): FaultAtField {
  const type = typeof notes.type === 'string' ? notes.type : (notes.type?.[0] ?? 'string');
  const wanted = typeWords[type] ?? type;
  return {
    code: 'E_SCHEMA',
    message: `${fieldLabel(field)} must be ${wanted}, not ${describeValue(data)}`,
    fix: fixType(type, data, { wanted, notes }),
    field,
  };
}

function fixType(
  type: string,
  data: unknown,
  { wanted, notes }: { readonly wanted: string; readonly notes: SchemaNotes },
): string {
  if (type === 'integer' && typeof data === 'string' && /^[1-9]\d*$/.test(data)) {
    return `Write ${data} without quotes.`;
  }
  if (type === 'string' && (typeof data === 'number' || typeof data === 'boolean')) {
    const { pattern, examples } = notes;
    const isGood = pattern === undefined || new RegExp(pattern, 'u').test(`${data}`);
    // 19:00 without quotes is 1140 to some: the number in quotes would be no time either.
    if (isGood || examples === undefined) return `Put it in quotes: "${data}".`;
    return `Write it like ${examples.join(' or ')}.`;
  }
  return data === null ? `Write ${wanted}, or remove the field.` : `Write ${wanted}.`;
}

function describeValue(data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  if (data === null) return 'empty';
  return typeof data === 'object' ? 'a mapping' : quote(data);
}

function notAllowed(field: FieldPath, data: unknown, allowed: unknown): FaultAtField {
  const words = (Array.isArray(allowed) ? allowed : [allowed]).map(String);
  const meant = typeof data === 'string' ? nearest(data, words) : undefined;
  const choice = words.length === 1 ? words.join('') : `one of ${words.join(', ')}`;
  return {
    code: 'E_SCHEMA',
    message: `${fieldLabel(field)} must be ${choice}, not ${describeValue(data)}`,
    fix: `Write ${meant ?? choice}.`,
    field,
  };
}

/** Text of the wrong form; letters that only look like those of the form are an encoding fault. */
function badText(field: FieldPath, value: string, notes: SchemaNotes, at?: 'key'): FaultAtField {
  const examples = notes.examples?.join(' or ');
  const description = notes.description ?? `Write it like ${examples ?? 'its description says'}.`;
  const foreign = /[^\p{ASCII}]/u.exec(value)?.[0];
  const what = at === 'key' ? `the key ${quote(value)}` : `${fieldLabel(field)} ${quote(value)}`;
  const fault = {
    code: foreign === undefined ? 'E_VALUE' : 'E_ENCODING',
    message:
      foreign === undefined
        ? `${what} is not of the form that is wanted`
        : `${what} has the character ${quote(foreign)}, which is not ASCII`,
    fix:
      examples === undefined
        ? description
        : `Write it like ${examples}. ${notes.description ?? ''}`.trim(),
    field,
  } as const;
  return at === undefined ? fault : { ...fault, at };
}

/** What a limit says, by keyword: the message goes on after the field, the fix stands alone. */
const bounds: Readonly<Record<string, (limit: number) => readonly [string, string]>> = {
  minimum: (limit) => [`must be at least ${limit}`, `Write at least ${limit}.`],
  maximum: (limit) => [`must be at most ${limit}`, `Write at most ${limit}.`],
  minItems: (limit) => [`must have at least ${limit}`, `List at least ${limit}.`],
  maxItems: (limit) => [`must have at most ${limit}`, `Keep at most ${limit}.`],
  minProperties: () => ['is empty', 'Write what belongs in it, or remove it.'],
  maxProperties: (limit) => [`must have at most ${limit} entries`, `Keep at most ${limit}.`],
  uniqueItems: () => ['has something twice', 'List each only once.'],
};

function outOfBounds(field: FieldPath, error: ErrorObject, notes: SchemaNotes): FaultAtField {
  const [what, fix] = bounds[error.keyword]?.(Number(error.params['limit'])) ?? [
    error.message ?? 'is not valid',
    'Correct it.',
  ];
  return {
    code: 'E_SCHEMA',
    message: `${fieldLabel(field)} ${what}`,
    fix: notes.description === undefined ? fix : `${fix} ${notes.description}`,
    field,
  };
}
