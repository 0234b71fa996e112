import { tagKeys } from '../core/tags.ts';
import type { AccountState, SimInstance, SimVolume } from './state.ts';

/** Ids of machines and volumes by every uid they carried since the document was loaded. */
interface UidIndex {
  readonly instances: Map<string, Set<string>>;
  readonly volumes: Map<string, Set<string>>;
}

/** Made when first asked for; not part of the document, so that it cannot disagree with it. */
const indexes = new WeakMap<AccountState, UidIndex>();

/** Takes note of a resource that is new or got new tags. */
export function noteUid(
  state: AccountState,
  kind: keyof UidIndex,
  { id, tags }: { readonly id: string; readonly tags: Readonly<Record<string, string>> },
): void {
  const index = indexes.get(state);
  const uid = tags[tagKeys.uid];
  if (index === undefined || uid === undefined) return;
  const ids = index[kind].get(uid);
  if (ids === undefined) index[kind].set(uid, new Set([id]));
  else ids.add(id);
}

/** The instances that carry that uid now, gone ones included. */
export function instancesOf(state: AccountState, uid: string): SimInstance[] {
  return idsOf(state, 'instances', uid)
    .flatMap((id) => state.instances[id] ?? [])
    .filter(({ tags }) => tags[tagKeys.uid] === uid);
}

/** The volumes that carry that uid now, deleted ones included. */
export function volumesOf(state: AccountState, uid: string): SimVolume[] {
  return idsOf(state, 'volumes', uid)
    .flatMap((id) => state.volumes[id] ?? [])
    .filter(({ tags }) => tags[tagKeys.uid] === uid);
}

function idsOf(state: AccountState, kind: keyof UidIndex, uid: string): string[] {
  if (!indexes.has(state)) {
    indexes.set(state, { instances: new Map(), volumes: new Map() });
    for (const instance of Object.values(state.instances)) noteUid(state, 'instances', instance);
    for (const volume of Object.values(state.volumes)) noteUid(state, 'volumes', volume);
  }
  return [...(indexes.get(state)?.[kind].get(uid) ?? [])];
}
