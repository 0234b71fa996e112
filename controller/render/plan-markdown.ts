import type { Problem } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import type { Change, ChangeKind, Plan } from '../core/plan/world.ts';
import { channelActionText } from './channel-action-text.ts';
import { byText, whatText, whoseText } from './in-force.ts';
import { fenced, escapeMarkdown as inline, tableHead, tableRow } from './markdown.ts';
import { plain } from './paint.ts';
import { progressRemedies, progressText, rolloutTitle, shownRollouts } from './plan-rollouts.ts';
import { countChanges, type PlanContext, planText, whenOf } from './plan-text.ts';
import { waveText } from './rollout-words.ts';
import { visible } from './visible.ts';

/** By it a workflow finds its own comment again, to replace it. */
const marker = '<!-- devinstance:plan -->';

/** GitHub takes no longer comment. */
const maxLength = 65_536;

/** What becomes of the home. Total: no change is shown without it. */
const homeFates: Readonly<Record<ChangeKind, string>> = {
  create: 'kept for ever once made',
  adopt: 'taken over as it is',
  recover: 'kept, attached to the new machine',
  start: 'kept',
  stop: 'kept',
  change: 'kept',
  replace: 'moves to the new machine, snapshotted first',
  snapshot: 'kept, snapshotted',
  restore: 'kept and released; a new one from the snapshot',
  retire: 'kept and released, snapshot first',
  orphan: 'kept, whole and untouched',
};

function homeFateOf({ kind, reasons, withheldBy }: Change): string {
  const isOfHome = reasons.includes('spec_home_volume');
  return isOfHome && withheldBy === undefined ? 'kept, changed online' : homeFates[kind];
}

export interface MarkdownContext extends PlanContext {
  readonly problems: readonly Problem[];
  /** The other moment as of which the plan was asked for. */
  readonly asOf?: Instant;
}

/** A part of the comment whose rows may be left out where all of it would be too long. */
interface Section {
  readonly title: string;
  readonly head: string;
  readonly rows: readonly string[];
  /** What one of its rows is, for the line that says how many are left out. */
  readonly noun: string;
}

/** The plan as a comment on a pull request. No longer than GitHub allows: what is left out is counted. */
export function planMarkdown(plan: Plan, context: MarkdownContext): string {
  const top = [marker, heading(plan, context), ...notes(context)].join('\n');
  const bottom = [interlocks(plan, context), closing(plan, context)].join('\n\n');
  const sections = [
    changeSection(plan, context),
    problemSection(context.problems),
    failureSection(context),
    rolloutSection(plan),
    imageSection(plan),
    holdSection(plan),
    inForceSection(plan, context),
  ].filter(({ rows }) => rows.length > 0);
  let left = maxLength - top.length - bottom.length - 2 * '\n\n'.length - '\n'.length;
  const shown: string[] = [];
  for (const section of sections) {
    // Half of what is left, so that later ones are seen too; what one does not use they get.
    const text = sectionText(section, Math.floor(left / 2));
    shown.push(text);
    left -= text.length + '\n\n'.length;
  }
  const full = fullPlan(plan, context, left - '\n\n'.length);
  return `${[top, ...shown, bottom, full].filter((text) => text !== '').join('\n\n')}\n`;
}

function heading(plan: Plan, { problems, failures }: MarkdownContext): string {
  const counts = countChanges(plan);
  const tripped = plan.interlocks.length;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const parts = [
    [counts.create, 'to create'],
    [counts.change, 'to change'],
    [counts.replace, 'to replace'],
    [counts.orphan, 'to orphan'],
    [counts.retire, 'to retire'],
    [counts.start, 'to start'],
    [counts.stop, 'to stop'],
    [counts.held, 'held'],
    [tripped, tripped === 1 ? 'interlock tripped' : 'interlocks tripped'],
    [errors, errors === 1 ? 'error in specs' : 'errors in specs'],
    [failures.length, failures.length === 1 ? 'failed read' : 'failed reads'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `### devinstance plan: ${said.length === 0 ? 'no changes' : said.join(', ')}`;
}

function notes({ restriction, asOf }: MarkdownContext): readonly string[] {
  return [
    ...(asOf === undefined ? [] : ['', `As of ${asOf}, with specs and account as they are now.`]),
    ...(restriction === undefined ? [] : ['', `**Nothing is acted on: ${inline(restriction)}.**`]),
  ];
}

function changeSection(plan: Plan, context: MarkdownContext): Section {
  return {
    title: '',
    head: tableHead(['Machine', 'Owner', 'Action', 'Why', 'When', 'Home']),
    rows: plan.changes.map((change) => changeRow(change, context)),
    noun: 'change',
  };
}

function changeRow(change: Change, context: MarkdownContext): string {
  const when = whenOf(change, context).replace(/^when /, '');
  const wave = change.wave === undefined ? [] : [waveText(change.wave)];
  return tableRow([
    inline(change.name),
    inline(change.owner),
    change.kind,
    change.details.map(inline).join('<br>'),
    [when, ...wave].map(inline).join('<br>'),
    homeFateOf(change),
  ]);
}

function problemSection(problems: readonly Problem[]): Section {
  return {
    title: '#### Problems in specs\n\n',
    head: tableHead(['Where', 'What', 'Fix']),
    rows: problems.map(({ file, line, column, severity, code, message, fix }) =>
      tableRow([
        inline(`${file}:${line}:${column}`),
        `${severity} ${inline(`${code}: ${message}`)}`,
        inline(fix),
      ]),
    ),
    noun: 'problem',
  };
}

function failureSection({ failures }: MarkdownContext): Section {
  return {
    title: '#### What could not be read\n\n',
    head: tableHead(['Read', 'What', 'What to do']),
    rows: failures.map(({ what, message, remedy }) =>
      tableRow([what, inline(message), inline(remedy)]),
    ),
    noun: 'failed read',
  };
}

function rolloutSection(plan: Plan): Section {
  return {
    title: '#### Rollouts\n\n',
    head: tableHead(['Rollout', 'How far', 'What to do']),
    rows: shownRollouts(plan).map((status) => {
      const { problems } = status;
      const wrong = problems.map(({ reason, message }) => `${reason}: ${message}`);
      const remedies = problems.map(({ remedy }) => remedy);
      return tableRow([
        inline(rolloutTitle(status)),
        [progressText(status) ?? [], ...wrong].flat().map(inline).join('<br>'),
        [...progressRemedies(status), ...remedies].map(inline).join('<br>'),
      ]);
    }),
    noun: 'rollout',
  };
}

function imageSection({ channelActions }: Plan): Section {
  return {
    title: '#### Images\n\n',
    head: tableHead(['Channel', 'What']),
    rows: channelActions.map((action) =>
      tableRow([action.channel, channelActionText(action)].map(inline)),
    ),
    noun: 'action',
  };
}

function holdSection(plan: Plan): Section {
  return {
    title: '#### Held\n\n',
    head: tableHead(['Machine', 'Reason', 'What', 'What to do']),
    rows: plan.holds.map(({ name, reason, message, remedy }) =>
      tableRow([inline(name), reason, inline(message), inline(remedy)]),
    ),
    noun: 'hold',
  };
}

function inForceSection({ inForce }: Plan, context: MarkdownContext): Section {
  return {
    title: '#### In force\n\n',
    head: tableHead(['Machine', 'What', 'Who and why']),
    rows: inForce.map((request) =>
      tableRow([whoseText(request), whatText(request, context), byText(request)].map(inline)),
    ),
    noun: 'request',
  };
}

/** The section with as many of its rows as fit, and how many do not. */
function sectionText({ title, head, rows, noun }: Section, budget: number): string {
  const whole = `${title}${[head, ...rows].join('\n')}`;
  if (whole.length <= budget) return whole;
  const note = (count: number) =>
    `\n\n… and ${count} more ${noun}${count === 1 ? '' : 's'}, left out for want of room.`;
  let text = `${title}${head}`;
  let count = 0;
  for (const row of rows) {
    const next = `${text}\n${row}`;
    if (next.length + note(rows.length).length > budget) break;
    text = next;
    count += 1;
  }
  return `${text}${note(rows.length - count)}`;
}

function interlocks({ interlocks }: Plan, { failures }: MarkdownContext): string {
  if (interlocks.length > 0) {
    return interlocks
      .map(
        ({ reason, message, remedy }) =>
          `**${reason} trips:** ${inline(message)}. What to do: ${inline(remedy)}.`,
      )
      .join('\n\n');
  }
  return failures.length > 0
    ? 'Interlocks could not be judged on all of the account: see what could not be read.'
    : 'Interlocks pass.';
}

function closing({ interlocks }: Plan, { restriction }: MarkdownContext): string {
  if (restriction !== undefined) return 'Merging this changes nothing yet; push to replan.';
  return interlocks.length > 0
    ? 'Merging applies only what is not withheld; push to replan.'
    : 'Merging applies this; push to replan.';
}

/** The text of the plan to unfold, with as many lines as fit. */
function fullPlan(plan: Plan, context: MarkdownContext, budget: number): string {
  const lines = planText(plan, context, plain).trimEnd().split('\n').map(diffLine);
  const wrap = (text: string) =>
    `<details><summary>Full plan</summary>\n\n${fenced('diff', text)}\n\n</details>`;
  const whole = wrap(lines.join('\n'));
  if (whole.length <= budget) return whole;
  // The fence may grow by what is in the lines: the room for it is that of the whole text's.
  const room = budget - (whole.length - lines.join('\n').length) - 80;
  let length = 0;
  const kept = lines.filter((line) => {
    length += line.length + 1;
    return length <= room;
  });
  if (kept.length === 0) return '';
  return wrap([...kept, `… and ${lines.length - kept.length} more lines, left out`].join('\n'));
}

/** GitHub colours a line by its first character: signs go there, and `~` is written as `!`. */
function diffLine(line: string): string {
  return visible(line).replace(
    /^ {0,2}(-\/\+|[-+~^_!]) /,
    (_, sign: string) => `${sign === '~' ? '!' : sign} `,
  );
}
