import { isMutation, type ProxyRules, type WireCall } from './recording-proxy.ts';

/** When a program is killed: before a call is sent on, or when it took effect and nobody knows. */
export interface KillPoint {
  /** Which mutating call since the switch was armed, from 1; of this action, where it is said. */
  readonly nth: number;
  readonly action?: string;
  readonly moment: 'before' | 'after';
}

/** Kills a program at a call that it makes through a proxy with these rules. */
export interface KillSwitch {
  readonly rules: ProxyRules;
  /** Counts from now on, and kills at the point. */
  arm(point: KillPoint, kill: () => void): void;
  disarm(): void;
}

export function makeKillSwitch(): KillSwitch {
  let armed: { readonly point: KillPoint; readonly kill: () => void } | undefined;
  let count = 0;
  const isCut = (call: WireCall, moment: KillPoint['moment']) => {
    if (armed === undefined || !isMutation(call)) return false;
    const { action = call.action } = armed.point;
    if (call.action !== action) return false;
    if (moment === 'before') count += 1;
    if (count < armed.point.nth || moment !== armed.point.moment) return false;
    armed.kill();
    return true;
  };
  return {
    rules: { isCut },
    arm: (point, kill) => {
      count = 0;
      armed = { point, kill };
    },
    disarm: () => {
      armed = undefined;
    },
  };
}
