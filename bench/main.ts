import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import { type Figure, isMissed, tableOf } from './figure.ts';
import { morningFigures } from './morning-starts.ts';
import { parsingFigures } from './parsing.ts';
import { planningFigures } from './planning.ts';
import { processFigures } from './processes.ts';
import { replacementFigures } from './replacement-calls.ts';
import { rolloutFigures } from './rollout.ts';
import { scheduleFigures } from './schedules.ts';
import { settledPassFigures } from './settled-pass.ts';
import { fleetAtNight } from './thousand-machines.ts';

const loadBefore = loadavg()[0] ?? 0;
// Figures depend on the machine, so a missed target is marked and is no error.
const figures = [
  ...processFigures(),
  ...(await parsingFigures()),
  ...(await planningFigures()),
  ...(await scheduleFigures()),
  ...(await settledPassFigures()),
  ...(await replacementFigures()),
  ...(await nightFigures()),
];
const missed = figures.filter(isMissed).length;
const model = cpus()[0]?.model ?? 'unknown processor';
const load =
  loadBefore < 1 ? '' : `, already loaded with ${loadBefore.toFixed(1)}: times come out too long`;
process.stdout.write(
  `${tableOf(figures)}\n\n` +
    `Node ${process.version}, ${platform()} ${arch()}, ${availableParallelism()} × ${model}${load}\n` +
    `${missed === 0 ? 'Every target is met.' : `${missed} targets MISSED.`}\n`,
);

/** A night and the morning after, on one fleet: made here, lest it burdens what is timed before. */
async function nightFigures(): Promise<readonly Figure[]> {
  const night = await fleetAtNight(1000);
  return [...(await rolloutFigures(night)), ...(await morningFigures(night))];
}
