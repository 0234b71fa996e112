import type { PinnedImage } from '../core/record.ts';
import { visible } from './visible.ts';

/** An image with its name, where it has one: `ami-… (ubuntu-24.04-41)`. */
export function pinnedText({ imageId, name }: Pick<PinnedImage, 'imageId' | 'name'>): string {
  return name === '' ? imageId : `${imageId} (${visible(name)})`;
}
