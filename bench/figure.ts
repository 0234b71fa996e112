/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** The median, in `unit`; undefined where the line is not a measurement (see `note`). */
  readonly median?: number;
  readonly unit?: 's' | 'ms' | 'µs' | '×' | 'writes' | 'machines' | 'calls';
  /** The most it should be, in the same unit. */
  readonly target?: number;
  readonly note?: string;
}

export function isMissed({ median, target }: Figure): boolean {
  return median !== undefined && target !== undefined && median > target;
}

const columns = ['what', 'median', 'target', '', 'note'] as const;

/** The figures as lines of text under a header, each column as wide as it must be. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(cellsOf)];
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const isNumeric = (column: number) => column === 1 || column === 2;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(figure: Figure): readonly string[] {
  const { what, median, unit = '', target, note = '' } = figure;
  const verdict = target === undefined ? '' : isMissed(figure) ? 'MISSED' : 'ok';
  return [
    what,
    median === undefined ? '' : `${digits(median)} ${unit}`,
    target === undefined ? '' : `≤ ${target} ${unit}`,
    verdict,
    note,
  ];
}

/** Three significant digits, whole from 100 on. */
function digits(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
