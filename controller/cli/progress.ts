import type { Action, Outcome } from '../core/action.ts';
import { type Instant, millisBetween } from '../core/instant.ts';
import type { ChannelAction } from '../core/rollout/channel-action.ts';
import type { PassReport } from '../pass.ts';
import type { Clock } from '../ports.ts';
import { actionText, failureText, outcomeText } from '../render/action-text.ts';
import { channelActionText } from '../render/channel-action-text.ts';
import { waitingText } from '../render/waiting-text.ts';
import type { Io } from './io.ts';

const clearLine = '\r\u001b[2K';

/** Progress for people who watch: a line for each action, also for channels, and what is being waited for. */
export interface Progress {
  onOutcome(action: Action, outcome: Outcome): void;
  onChannelOutcome(action: ChannelAction, outcome: Outcome): void;
  onPass(report: PassReport): void;
  /** Takes the waiting line away; to be called before anything else is written. */
  end(): void;
}

/**
 * Writes progress with the time since the start. On a terminal the waiting line is rewritten in
 * place; elsewhere it is written when it changes.
 */
export function watchProgress(io: Io, clock: Pick<Clock, 'now'>): Progress {
  const start = clock.now();
  let shown = '';
  const lastLines = new Map<string, string>();
  const clear = () => {
    if (io.isTerminal && shown !== '') io.out(clearLine);
  };
  const tell = (name: string, text: string, ended: string, { result }: Outcome) => {
    const line = `${name}  ${text}${ended === '' ? '' : `: ${ended}`}`;
    // The same refusal again tells nobody anything new.
    if (lastLines.get(name) === line) return;
    lastLines.set(name, line);
    clear();
    shown = '';
    const time = io.paint.dim(elapsed(start, clock.now()));
    io.out(`${time}  ${result === 'done' ? line : io.paint.yellow(line)}\n`);
  };
  return {
    onOutcome: (action, outcome) =>
      tell(action.name, actionText(action), outcomeText(action, outcome), outcome),
    onChannelOutcome: (action, outcome) => {
      const ended = outcome.result === 'done' ? '' : failureText(outcome);
      tell(action.channel, channelActionText(action), ended, outcome);
    },
    onPass: ({ plan }) => {
      const text = waitingText(plan.waiting);
      if (text === '' || (text === shown && !io.isTerminal)) return;
      clear();
      shown = text;
      const line = io.paint.dim(`${elapsed(start, clock.now())}  … ${text}`);
      io.out(io.isTerminal ? line : `${line}\n`);
    },
    end: () => {
      clear();
      shown = '';
    },
  };
}

/** Minutes and seconds, `+01:05`. */
function elapsed(from: Instant, to: Instant): string {
  const seconds = Math.round(millisBetween(from, to) / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `+${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
