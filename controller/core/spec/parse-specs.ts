import type { DesiredFleet, EffectiveSpec, ParsedSpecs, Problem, SpecFile } from '../desired.ts';
import { type Catalog, makeCatalog, tellProblem } from './catalog.ts';
import { findClashes } from './clash-faults.ts';
import { present } from './present.ts';
import { compareProblems, compareText, type FaultAtField, makeProblem } from './problem.ts';
import { locateFault, type Manifest, type Reading, readSpecFile } from './reading.ts';
import { checkClass, checkDevInstance } from './reference-faults.ts';
import { resolveChannel, resolveDevInstance, resolveFleet } from './resolve.ts';

/** The most files that a tree may have. */
export const maxFiles = 20_000;

/** Options of reading a tree. */
export interface ParseOptions {
  /** How the folder is called in problems, and before the path of each file; '' for none. */
  readonly folder?: string;
}

/**
 * Reads a tree of spec files: what it asks for, and every problem with file, line and column, in
 * path order. Total: whatever is in a file, it never throws, and one bad file never hides others.
 * A path that ends in / stands for a folder that could not be looked into.
 */
export function parseSpecs(files: readonly SpecFile[], options: ParseOptions = {}): ParsedSpecs {
  const folder = (options.folder ?? '').replace(/(?<=.)\/+$/, '');
  const labelOf = (path: string) => (folder === '' || folder === '.' ? path : `${folder}/${path}`);
  const sorted = [...files].sort((one, other) => compareText(one.path, other.path));
  const problems: Problem[] = [...crowdProblems(sorted, labelOf)];
  const readings = readAll(sorted.slice(0, maxFiles), labelOf);
  for (const reading of readings) problems.push(...reading.problems);

  const catalog = makeCatalog(readings);
  const report = (manifest: Manifest, faults: readonly FaultAtField[]) => {
    const found = faults.map((fault) => locateFault(manifest, fault));
    problems.push(...found);
    return found.find(({ severity }) => severity === 'error');
  };
  settleClashes(readings, catalog, report);
  settleClasses(catalog, report);
  const devInstances = settleDevInstances(catalog, report);
  problems.push(...missingFleet(readings, catalog, folder === '' ? '.' : folder));

  const fleet = catalog.all('Fleet')[0];
  const desired: DesiredFleet | undefined = fleet && {
    fleet: resolveFleet(fleet),
    channels: new Map(catalog.all('ImageChannel').map((each) => [each.name, resolveChannel(each)])),
    devInstances,
    invalid: invalidNames(catalog, devInstances),
    ...present({ incomplete: whyIncomplete(sorted, labelOf) }),
    sources: { folder: folder === '' ? '.' : folder, manifests: catalog.valid() },
  };
  return { desired, problems: problems.sort(compareProblems), files: files.length };
}

type Report = (manifest: Manifest, faults: readonly FaultAtField[]) => Problem | undefined;
type LabelOf = (path: string) => string;

function* crowdProblems(sorted: readonly SpecFile[], labelOf: LabelOf): Iterable<Problem> {
  const extra = sorted[maxFiles];
  if (extra === undefined) return;
  yield makeProblem(
    labelOf(extra.path),
    { line: 1, column: 1 },
    {
      code: 'E_FILE',
      message: `there are more than ${maxFiles} files; this one and those after it are not read`,
      fix: 'Split the fleet.',
    },
  );
}

/** Reads each file by itself; a path that differs from an earlier one in case only is refused. */
function readAll(files: readonly SpecFile[], labelOf: LabelOf): readonly Reading[] {
  const seen = new Map<string, string>();
  return files.map((file) => {
    const earlier = seen.get(file.path.toLowerCase());
    if (earlier !== undefined && file.path.endsWith('.yaml') && earlier.endsWith('.yaml')) {
      const refused = `the path differs from ${earlier} in upper and lower case only`;
      return readSpecFile({ path: file.path, refused }, labelOf(file.path));
    }
    seen.set(file.path.toLowerCase(), file.path);
    return readSpecFile(file, labelOf(file.path));
  });
}

/** Neither of two that clash is followed: nobody can tell which is meant. */
function settleClashes(readings: readonly Reading[], catalog: Catalog, report: Report): void {
  const manifests = readings.flatMap(({ manifest }) => manifest ?? []);
  for (const { earlier, later, fault } of findClashes(manifests)) {
    const problem = report(later, [fault]);
    if (problem === undefined) continue;
    catalog.markBroken(earlier, tellProblem(problem));
    catalog.markBroken(later, tellProblem(problem));
  }
}

function settleClasses(catalog: Catalog, report: Report): void {
  for (const manifest of catalog.all('DevInstanceClass')) {
    const { faults, inherited } = checkClass(manifest, catalog);
    const problem = report(manifest, faults);
    if (problem !== undefined) catalog.markBroken(manifest, tellProblem(problem));
    else if (inherited !== undefined) catalog.markBroken(manifest, inherited);
  }
}

function settleDevInstances(catalog: Catalog, report: Report): ReadonlyMap<string, EffectiveSpec> {
  const devInstances = new Map<string, EffectiveSpec>();
  for (const manifest of catalog.all('DevInstance')) {
    const { faults, inherited, ingredients } = checkDevInstance(manifest, catalog);
    const problem = report(manifest, faults);
    if (ingredients !== undefined) devInstances.set(manifest.name, resolveDevInstance(ingredients));
    else catalog.markBroken(manifest, problem ? tellProblem(problem) : (inherited ?? ''));
  }
  return devInstances;
}

/** No Fleet at all; not where a file that could not be used shows that it is one. */
function missingFleet(
  readings: readonly Reading[],
  catalog: Catalog,
  folder: string,
): readonly Problem[] {
  const isThere =
    readings.some(
      ({ manifest, broken }) => manifest?.kind === 'Fleet' || broken?.kind === 'Fleet',
    ) || catalog.find('Fleet', 'fleet').state === 'broken';
  if (isThere) return [];
  const fix = 'Add a file with kind: Fleet.';
  const message = 'there is no Fleet';
  return [makeProblem(folder, { line: 1, column: 1 }, { code: 'E_VALUE', message, fix })];
}

function whyIncomplete(sorted: readonly SpecFile[], labelOf: LabelOf): string | undefined {
  const folder = sorted.find(({ path }) => path.endsWith('/'));
  if (folder !== undefined) return `the folder ${labelOf(folder.path)} could not be looked into`;
  return sorted.length > maxFiles ? `there are more than ${maxFiles} files` : undefined;
}

function invalidNames(
  catalog: Catalog,
  devInstances: ReadonlyMap<string, EffectiveSpec>,
): ReadonlyMap<string, string> {
  const names = [...catalog.brokenNames('DevInstance')];
  return new Map(names.filter(([name]) => !devInstances.has(name)));
}
