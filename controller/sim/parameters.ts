import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
  ParameterType,
  PutParameterRequest,
  PutParameterResult,
} from '@aws-sdk/client-ssm';
import { serviceError } from './errors.ts';
import type { Scene } from './scene.ts';
import type { SimParameterVersion } from './state.ts';

const maxNames = 10;
const maxBytes = 4096;

/** GetParameter by `name` or `name:version`. */
export function getParameter(scene: Scene, input: GetParameterRequest): GetParameterResult {
  const asked = input.Name ?? '';
  const { name, version } = splitSelector(asked);
  const versions = versionsOf(scene, name);
  if (versions === undefined) throw serviceError('ssm', 'ParameterNotFound', `${asked} not found.`);
  const parameter = toParameter(scene, name, versions, version);
  if (parameter === undefined) {
    throw serviceError('ssm', 'ParameterVersionNotFound', `${asked}: no such version.`);
  }
  return { Parameter: parameter };
}

/** GetParameters: at most ten names; those without a parameter are listed as invalid. */
export function getParameters(scene: Scene, input: GetParametersRequest): GetParametersResult {
  const names = input.Names ?? [];
  if (names.length === 0 || names.length > maxNames) {
    const message = `Member must have length between 1 and ${maxNames}`;
    throw serviceError('ssm', 'ValidationException', message);
  }
  const found: Parameter[] = [];
  const invalid: string[] = [];
  for (const asked of new Set(names)) {
    const { name, version } = splitSelector(asked);
    const versions = versionsOf(scene, name);
    const parameter = versions && toParameter(scene, name, versions, version);
    if (parameter === undefined) invalid.push(asked);
    else found.push(parameter);
  }
  return { Parameters: found, InvalidParameters: invalid };
}

/** PutParameter: version 1, or the next one with Overwrite. */
export function putParameter(scene: Scene, input: PutParameterRequest): PutParameterResult {
  const { Name: name = '', Value: value = '', Overwrite: overwrite = false } = input;
  const versions = versionsOf(scene, name) ?? [];
  const last = versions.at(-1);
  if (last !== undefined && !overwrite) {
    throw serviceError('ssm', 'ParameterAlreadyExists', 'The parameter already exists.');
  }
  const type = input.Type ?? last?.type;
  if (name === '' || value === '' || type === undefined || Buffer.byteLength(value) > maxBytes) {
    throw serviceError('ssm', 'ValidationException', 'A parameter needs name, value and type.');
  }
  const dataType = input.DataType ?? last?.dataType ?? 'text';
  versions.push({ value, type, dataType, modifiedAt: scene.now });
  scene.state.parameters[name] = versions;
  return { Version: versions.length, Tier: 'Standard' };
}

function splitSelector(asked: string): { name: string; version?: number } {
  const match = /^([^:]+):(\d+)$/.exec(asked);
  if (match?.[1] === undefined) return { name: asked };
  return { name: match[1], version: Number(match[2]) };
}

function versionsOf(scene: Scene, name: string): SimParameterVersion[] | undefined {
  const { parameters } = scene.state;
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

function toParameter(
  scene: Scene,
  name: string,
  versions: readonly SimParameterVersion[],
  asked: number | undefined,
): Parameter | undefined {
  const version = asked ?? versions.length;
  const found = versions[version - 1];
  if (found === undefined) return undefined;
  const { account, region } = scene.state;
  return {
    Name: name,
    Type: found.type as ParameterType,
    Value: found.value,
    Version: version,
    ...(asked !== undefined && { Selector: `:${asked}` }),
    LastModifiedDate: new Date(found.modifiedAt),
    ARN: `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`,
    DataType: found.dataType,
  };
}
