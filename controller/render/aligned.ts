import { visible } from './visible.ts';

/** A label and what it says; a row without a value is left out. */
export type Row = readonly [label: string, value: string | undefined];

/** The rows that say something, aligned. Values may be other people's text. */
export function rowLines(rows: readonly Row[]): readonly string[] {
  return alignedLines(
    rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, visible(value)]])),
  );
}

/** Rows of cells as lines with aligned columns, two spaces between them; none ends with a space. */
export function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
