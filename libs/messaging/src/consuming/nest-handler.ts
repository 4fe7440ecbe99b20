import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Disposition } from '../disposition';
import { metrics } from '../metrics';

/** Calls a method through Nest (guards, pipes, interceptors), measured; its exception is rethrown as it is. */
export async function callHandler(
  handler: MessageHandler,
  name: string,
  data: unknown,
  context: unknown,
): Promise<unknown> {
  const stop = metrics.handling.startTimer({ handler: name });
  try {
    const result: unknown = await handler(data, context);
    return isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
  } finally {
    stop();
  }
}

const dispositionKinds: readonly unknown[] = ['ack', 'retry', 'dead'] satisfies Disposition['kind'][];

/** A result that is neither a disposition nor nothing is a bug of the handler, not an acknowledgement. */
export function asDisposition(result: unknown): Disposition | undefined {
  if (result === undefined) return undefined;
  if (
    typeof result === 'object' &&
    result !== null &&
    'kind' in result &&
    dispositionKinds.includes(result.kind)
  )
    return result as Disposition;
  throw new TypeError('a message handler returned a value that is not a disposition');
}

export function asDispositions(result: unknown): readonly Disposition[] | undefined {
  if (result === undefined) return undefined;
  if (!Array.isArray(result)) throw new TypeError('a batch handler returned a value that is not an array');
  return result.map((each: unknown) => asDisposition(each) ?? { kind: 'ack' });
}
