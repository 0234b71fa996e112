import { nearest } from '../core/spec/problem.ts';
import { resolveTimes } from '../core/spec/resolve.ts';
import { findManifest } from '../core/spec/sources.ts';
import { OperatorError } from '../ports.ts';
import { visible } from '../render/visible.ts';
import { folderSpecs } from '../sources/folder.ts';
import { usableFleet } from '../world.ts';
import type { ScheduleFile } from './schedule-file.ts';

/** The Schedule of that name in a folder of specs. Throws OperatorError where there is none. */
export async function findSchedule(name: string, folder: string): Promise<ScheduleFile> {
  const parsed = await folderSpecs(folder).read();
  const { sources } = usableFleet(parsed);
  const manifest = sources && findManifest(sources, 'Schedule', name);
  if (manifest !== undefined) {
    const problems = parsed.problems.filter(({ file }) => file === manifest.file);
    return { name, times: resolveTimes(manifest.spec), problems };
  }
  const broken = parsed.problems.filter(({ file }) => file.endsWith(`/${name}.yaml`));
  if (broken.length > 0) return { times: undefined, problems: broken };
  const known = [...(sources?.manifests.values() ?? [])]
    .filter(({ kind }) => kind === 'Schedule')
    .map((schedule) => schedule.name);
  const meant = nearest(name, known);
  throw new OperatorError(
    `there is no Schedule ${visible(name)} in ${folder}`,
    meant === undefined
      ? `there are: ${known.sort().join(', ') || 'none'}`
      : `did you mean ${meant}?`,
  );
}
