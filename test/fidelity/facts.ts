import { attachmentFacts } from './attachment-facts.ts';
import { consistencyFacts } from './consistency-facts.ts';
import type { Chapter, Fact, SharedFact } from './fact.ts';
import { imageFacts } from './image-facts.ts';
import { instanceFacts } from './instance-facts.ts';
import { launchFacts } from './launch-facts.ts';
import { listingFacts } from './listing-facts.ts';
import { parameterFacts } from './parameter-facts.ts';
import { rateFacts } from './rate-facts.ts';
import { snapshotFacts } from './snapshot-facts.ts';
import { terminationFacts } from './termination-facts.ts';
import { volumeFacts } from './volume-facts.ts';

/** Every fact of AWS that the code relies on, once. */
export const chapters: readonly Chapter[] = [
  { title: 'Instances', facts: instanceFacts },
  { title: 'Protection and termination', facts: terminationFacts },
  { title: 'Launches, capacity and quotas', facts: launchFacts },
  { title: 'Volumes', facts: volumeFacts },
  { title: 'Attachments', facts: attachmentFacts },
  { title: 'Snapshots', facts: snapshotFacts },
  { title: 'Images', facts: imageFacts },
  { title: 'Tokens, visibility and outages', facts: consistencyFacts },
  { title: 'Listings, filters and tags', facts: listingFacts },
  { title: 'Rates', facts: rateFacts },
  { title: 'Parameters', facts: parameterFacts },
];

export const facts: readonly Fact[] = chapters.flatMap((chapter) => chapter.facts);

/** Those that moto models too. */
export const sharedFacts: readonly SharedFact[] = facts.filter((fact) => fact.moto);

/** A fact with where it is from, as its test is called. */
export function titleOf({ name, source }: Fact): string {
  return `${name} (${source.join(', ')})`;
}
