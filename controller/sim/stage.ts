import { type Finding, foresee, inspect } from './ghost.ts';
import { type Delays, type Quirks, type Scene, usualDelays } from './scene.ts';
import type { AccountState, Actor } from './state.ts';
import type { AccountStore } from './store.ts';

export interface SimOptions {
  readonly store: AccountStore;
  readonly wallClock: { millis(): number };
  readonly delays?: Partial<Delays>;
  /** The page that listings without MaxResults are cut into; 1000 unless told. */
  readonly pageSize?: number;
}

/** One mutation of the program under watch. */
export interface Mutation {
  readonly action: string;
  readonly input: object;
  readonly answer: (scene: Scene) => object;
}

/** Changes the document on behalf of people and of AWS itself: the ghost does not look. */
export type Act = <T>(work: (scene: Scene) => T) => Promise<T>;

/** Ways to get at the document: every scene is made here. */
export interface Stage {
  /** A scene for reading. */
  look(): Scene;
  readonly act: Act;
  /** Changes the document as the controller does, under the ghost's eyes. */
  perform(mutation: Mutation): Promise<object>;
}

/** The stage over a store. */
export function stageOver(options: SimOptions, quirks: Quirks): Stage {
  const { store, wallClock, pageSize = 1000 } = options;
  const delays: Delays = { ...usualDelays, ...options.delays };
  const sceneOf = (state: AccountState, actor: Actor, findings: Finding[]): Scene => ({
    state,
    now: wallClock.millis() + state.offsetMs,
    delays,
    actor,
    quirks,
    pageSize,
    note: (rule, message) => findings.push({ rule, message }),
  });
  return {
    look: () => sceneOf(store.read(), 'person', []),
    act: (work) => store.change((state) => work(sceneOf(state, 'person', []))),
    perform: ({ action, input, answer }) =>
      store.change((state) => {
        const findings: Finding[] = [];
        const scene = sceneOf(state, 'controller', findings);
        findings.push(...foresee(scene, action, input));
        const output = answer(scene);
        findings.push(...inspect(scene, action, input));
        const { now: at } = scene;
        state.violations.push(...findings.map((finding) => ({ ...finding, action, at })));
        return output;
      }),
  };
}
