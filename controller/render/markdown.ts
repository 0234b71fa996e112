import { visible } from './visible.ts';

/** What Markdown, its tables, HTML and GitHub's own signs would take for more than text. */
const special: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
  '\\': '&#92;',
  $: '&#36;',
  '*': '\\*',
  _: '\\_',
  '~': '\\~',
  '[': '\\[',
  ']': '\\]',
  // Nobody is called by a plan: an invisible space keeps GitHub from taking it for a name.
  '@': '@&#8203;',
};

/** Other people's text as plain text in one line of Markdown, also in a cell of a table. */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(/[&<>|`\\$*_~[\]@]/g, (character) => special[character] ?? '');
}

/** One row of a table; its cells are Markdown already. */
export function tableRow(cells: readonly string[]): string {
  return `|${cells.join('|')}|`;
}

/** The first two lines of a table. */
export function tableHead(titles: readonly string[]): string {
  return `${tableRow(titles)}\n${tableRow(titles.map(() => '-'))}`;
}

/** A block of code that its text cannot end. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
