import { type Finding, foresee, inspect } from './ghost.ts';
import { type Delays, type Quirks, type Scene, usualDelays } from './scene.ts';
import type { AccountState } from './state.ts';
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

/** What comes to light while a call is answered. */
interface Aside {
  readonly notes: Finding[];
  late?: Error;
}

/** The stage over a store. */
export function stageOver(options: SimOptions, quirks: Quirks): Stage {
  const { store, wallClock, pageSize = 1000 } = options;
  const delays: Delays = { ...usualDelays, ...options.delays };
  const sceneOf = (state: AccountState, who: Pick<Scene, 'actor' | 'intent'>, aside: Aside) => ({
    ...who,
    state,
    now: wallClock.millis() + state.offsetMs,
    delays,
    quirks,
    pageSize,
    note: (rule: Finding['rule'], message: string) => void aside.notes.push({ rule, message }),
    failLate: (error: Error) => {
      aside.late = error;
    },
  });
  const person = { actor: 'person', intent: 'change' } as const;
  const controller = { actor: 'controller', intent: 'change' } as const;

  async function act<T>(work: (scene: Scene) => T): Promise<T> {
    const aside: Aside = { notes: [] };
    const done = await store.change((state) => work(sceneOf(state, person, aside)));
    if (aside.late !== undefined) throw aside.late;
    return done;
  }

  async function perform({ action, input, answer }: Mutation): Promise<object> {
    const aside: Aside = { notes: [] };
    const accuse = (scene: Scene, findings: readonly Finding[]) =>
      scene.state.violations.push(...findings.map((each) => ({ ...each, action, at: scene.now })));
    const work = (state: AccountState) => {
      const scene = sceneOf(state, controller, aside);
      const foreseen = foresee(scene, action, input);
      const output = answer(scene);
      accuse(scene, [...foreseen, ...aside.notes, ...inspect(scene, action, input)]);
      return output;
    };
    const output = await store.change(work).catch(async (error: unknown) => {
      // A refused call is no violation, unless it was wrong to make whatever the answer.
      if (aside.notes.length > 0) {
        await store.change((state) => accuse(sceneOf(state, controller, aside), aside.notes));
      }
      throw error;
    });
    if (aside.late !== undefined) throw aside.late;
    return output;
  }

  return {
    look: () => sceneOf(store.read(), { actor: 'person', intent: 'read' }, { notes: [] }),
    act,
    perform,
  };
}
