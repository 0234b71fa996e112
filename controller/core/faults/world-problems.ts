import type { ParsedSpecs, Problem } from '../desired.ts';
import type { World } from '../plan/world.ts';
import { compareProblems } from '../spec/problem.ts';
import { type Complaint, problemsOf, type WorldProblem } from './complaint.ts';
import { channelComplaints } from './image-faults.ts';
import { removalProblem } from './removal-faults.ts';
import { specComplaints } from './spec-faults.ts';
import { subjectsOf } from './subject.ts';

/**
 * The mistakes in valid specs that only the account or the ledger shows, located as all others are,
 * in the order in which people read them. Pure; nothing is located where nothing is wrong. None
 * where it is not known which files the specs come from.
 */
export function findWorldProblems(world: World): readonly WorldProblem[] {
  const { sources } = world.desired;
  if (sources === undefined) return [];
  const complaints: Complaint[] = [...channelComplaints(world, sources)];
  for (const subject of subjectsOf(world, sources)) {
    complaints.push(...specComplaints(world, sources, subject));
  }
  const removal = removalProblem(world, sources);
  return [...problemsOf(complaints), ...(removal === undefined ? [] : [removal])].sort((a, b) =>
    compareProblems(a.problem, b.problem),
  );
}

/** Every problem of the specs, those of the files by themselves and those that the world shows. */
export function allProblems(
  parsed: Pick<ParsedSpecs, 'problems'>,
  found: readonly WorldProblem[],
): readonly Problem[] {
  return [...parsed.problems, ...found.map(({ problem }) => problem)].sort(compareProblems);
}
