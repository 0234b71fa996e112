import type { Plan } from '../../controller/core/plan/world.ts';

/** A plan of a fleet in which nothing is to be done or said. */
export const emptyPlan: Plan = {
  changes: [],
  holds: [],
  interlocks: [],
  bindings: [],
  memos: [],
  channelMemos: [],
  channelNews: [],
  channelActions: [],
  rollouts: [],
  actions: [],
  endings: [],
  notices: [],
  inForce: [],
  waiting: [],
  transitions: [],
  statuses: [],
};
