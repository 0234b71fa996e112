import type { ChannelAction } from '../core/rollout/channel-action.ts';
import { tagKeys } from '../core/tags.ts';
import { tagsText } from './action-text.ts';

/** One action for a channel in the words of the plan: `publish ami-… as /config/…/latest-id`. */
export function channelActionText(action: ChannelAction): string {
  switch (action.kind) {
    case 'publish-image':
      return `publish ${action.imageId} as ${action.parameter}`;
    case 'tag-image':
      return `tag ${action.imageId}: ${tagsText({ [tagKeys.phase]: action.phase })}`;
    case 'deregister-image':
      return `deregister ${action.imageId} with its snapshots`;
  }
}
