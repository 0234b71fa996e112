import { ec2Error } from './errors.ts';
import { fingerprint, type Scene } from './scene.ts';

/**
 * Where a token is remembered: in its zone (a call that names a subnet or zone has a zonal token);
 * undefined for a call without one, which is then new every time.
 */
export function tokenKey(action: string, az: string, token: string | undefined) {
  if (token === undefined || token === '') return undefined;
  // Printable ASCII.
  if (!/^[ -~]{1,64}$/.test(token)) {
    throw ec2Error('InvalidParameterValue', 'ClientToken must be at most 64 ASCII characters');
  }
  return `${action}/${az}/${token}`;
}

/** The ids that an earlier call made; throws where its parameters differ; undefined when new. */
export function checkToken(
  scene: Scene,
  key: string | undefined,
  input: object,
): readonly string[] | undefined {
  const known = key === undefined ? undefined : scene.state.tokens[key];
  if (known === undefined) return undefined;
  if (known.fingerprint === fingerprint(input)) return known.ids;
  scene.note('S8', `the token ${key} is used again for another request`);
  if (!scene.quirks.answersChangedTokens) {
    const message = 'Arguments on this idempotent request are inconsistent with the previous one';
    throw ec2Error('IdempotentParameterMismatch', message);
  }
  return known.ids;
}

/** Binds the token to what the call made. */
export function rememberToken(
  scene: Scene,
  key: string | undefined,
  input: object,
  ids: readonly string[],
): void {
  if (key === undefined) return;
  scene.state.tokens[key] = { fingerprint: fingerprint(input), ids: [...ids] };
}
