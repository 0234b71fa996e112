import { getInstance } from './resources.ts';
import type { Quirks } from './scene.ts';
import type { Act } from './stage.ts';

/** What AWS's side of the world does, whoever calls. */
export interface Conditions {
  /** How many more machines of a type fit into a zone; undefined for plenty. Stored. */
  setCapacity(az: string, type: string, left: number | undefined): Promise<void>;
  /** Whether a zone has a type at all. Stored. */
  setSupported(az: string, type: string, isSupported: boolean): Promise<void>;
  /** Makes an instance's status check fail, or pass again. Stored. */
  setImpaired(instanceId: string, isImpaired: boolean): Promise<void>;
  /** Makes this account object's listings leave out these ids; reads by id still find them. */
  omitFromListings(ids: readonly string[]): void;
  /** Makes listings complete again. */
  completeListings(): void;
  /**
   * Whether this account object answers a token that is used with other parameters with the old
   * result: AWS documents that or a refusal.
   */
  answerChangedTokens(isAnswered: boolean): void;
}

/** The conditions of an account. */
export function conditionsOf(act: Act, quirks: Quirks): Conditions {
  return {
    setCapacity: (az, type, left) =>
      act(({ state: { capacity } }) => {
        if (left === undefined) delete capacity[`${az}/${type}`];
        else capacity[`${az}/${type}`] = left;
      }),
    setSupported: (az, type, isSupported) =>
      act(({ state: { unsupported } }) => {
        const pool = `${az}/${type}`;
        const index = unsupported.indexOf(pool);
        if (isSupported && index >= 0) unsupported.splice(index, 1);
        if (!isSupported && index < 0) unsupported.push(pool);
      }),
    setImpaired: (instanceId, isImpaired) =>
      act((scene) => {
        getInstance(scene, instanceId).impaired = isImpaired;
      }),
    omitFromListings: (ids) => {
      for (const id of ids) quirks.hidden.add(id);
    },
    completeListings: () => quirks.hidden.clear(),
    answerChangedTokens: (isAnswered) => {
      quirks.answersChangedTokens = isAnswered;
    },
  };
}
