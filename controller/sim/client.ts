import { fromMillis } from '../core/instant.ts';
import type { RunningCall } from './calls.ts';
import { handlerOf } from './dispatch.ts';
import type { ServiceName } from './errors.ts';
import type { faultList } from './faults.ts';
import type { RateLimits } from './rates.ts';
import { cloneData, type Quirks } from './scene.ts';
import type { Stage } from './stage.ts';

/** A command of the SDK, as far as the simulator looks at it. */
export interface AnyCommand {
  readonly input: object;
}

/** What stands between a caller and the account. */
interface Gate {
  readonly faults: ReturnType<typeof faultList>;
  readonly quirks: Quirks;
  readonly limits: RateLimits;
}

/** Answers commands of any service; every call is recorded in `calls`. */
export function callAnswerer(
  stage: Stage,
  { faults, quirks, limits }: Gate,
  calls: RunningCall[],
): (service: ServiceName, command: AnyCommand) => Promise<object> {
  return async (service, command) => {
    const action = command.constructor.name.replace(/Command$/, '');
    const input = cloneData(command.input);
    const { isMutation, answer } = handlerOf(service, action, input);
    const { now } = stage.look();
    const call: RunningCall = {
      index: calls.length,
      service,
      action,
      isMutation,
      parameters: input as Record<string, unknown>,
      at: fromMillis(now),
      applied: false,
      result: 'pending',
    };
    calls.push(call);
    const fault = faults.meet(call);
    try {
      fault.strike('before');
      if (quirks.throttles && service === 'ec2') limits.charge({ action, isMutation, input, now });
      const output = isMutation
        ? await stage.perform({ action, input, answer: (scene) => answer(scene, input as never) })
        : answer(stage.look(), input as never);
      call.applied = true;
      fault.strike('after');
      call.result = 'ok';
      return { ...output, $metadata: metadataOf(call.index) };
    } catch (error) {
      call.result = error instanceof Error ? error.name : 'unknown';
      throw error;
    }
  };
}

function metadataOf(index: number): object {
  return { httpStatusCode: 200, requestId: `sim-${index}`, attempts: 1, totalRetryDelay: 0 };
}
