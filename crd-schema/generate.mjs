// Makes controller/core/spec/*.generated.ts from the schemas beside this file.
// `--check` writes nothing and fails where a generated file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ajv2020 from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { compile } from 'json-schema-to-typescript';

const kinds = [
  ['DevInstance', 'dev-instance'],
  ['DevInstanceClass', 'dev-instance-class'],
  ['Developer', 'developer'],
  ['Schedule', 'schedule'],
  ['ImageChannel', 'image-channel'],
  ['Fleet', 'fleet'],
];

const here = fileURLToPath(new URL('.', import.meta.url));
const specFolder = fileURLToPath(new URL('../controller/core/spec/', import.meta.url));
const header = '// Generated from crd-schema by `npm run generate`. Do not edit.\n';

const schemaName = (stem) => `${stem}.schema.json`;
const readSchema = (stem) => JSON.parse(readFileSync(here + schemaName(stem), 'utf8'));

/** TypeScript types of the kinds, each declared once. */
async function makeTypes() {
  const bundle = {
    title: 'ManifestByKind',
    description: 'The manifest of each kind.',
    type: 'object',
    additionalProperties: false,
    required: kinds.map(([kind]) => kind),
    properties: Object.fromEntries(kinds.map(([kind, stem]) => [kind, { $ref: schemaName(stem) }])),
  };
  return compile(bundle, 'ManifestByKind', {
    additionalProperties: false,
    bannerComment: header.trim(),
    cwd: here,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 100 },
  });
}

/**
 * Validators compiled beforehand: loading them takes a thirtieth of compiling the schemas at
 * start-up, and nothing is evaluated from text at run time.
 */
function makeValidators() {
  const ajv = new ajv2020.default({
    allErrors: true,
    // Errors carry the schema they come from: its examples and known keys make the remedy.
    verbose: true,
    strictRequired: false,
    strictTypes: false,
    schemas: ['common', ...kinds.map(([, stem]) => stem)].map(readSchema),
    code: { source: true, esm: true },
  });
  const exported = Object.fromEntries(
    kinds.map(([kind, stem]) => [`validate${kind}`, schemaName(stem)]),
  );
  const code = standalone
    .default(ajv, exported)
    .replace(/^"use strict";/, '')
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', 'countCodePoints');
  if (code.includes('require(')) throw new Error('a validator needs a module that is not imported');
  const table = kinds.map(([kind]) => `  ${kind}: validate${kind},`).join('\n');
  return `${header}// @ts-nocheck
import type { ValidateFunction } from 'ajv';
import type { ManifestByKind } from './kinds.generated.ts';

// What ajv's only run-time helper does: nothing of ajv is loaded.
const countCodePoints = (text: string): number => [...text].length;

${code}

export const validators: { readonly [K in keyof ManifestByKind]: ValidateFunction<ManifestByKind[K]> } = {
${table}
};
`;
}

const outputs = [
  ['kinds.generated.ts', await makeTypes()],
  ['validators.generated.ts', makeValidators()],
];
const current = (file) => {
  try {
    return readFileSync(specFolder + file, 'utf8');
  } catch {
    return undefined;
  }
};
const stale = outputs.filter(([file, text]) => current(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is stale: run npm run generate`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of stale) writeFileSync(specFolder + file, text);
}
