import { currentTraceId, extractTrace, injectTrace, withSpan } from '@ymera/observability';
import type { RunTracing } from '../../application/ports';

/** `00-<trace id>-<span id>-<flags>` */
const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1];

export class OtelRunTracing implements RunTracing {
  current(): string | undefined {
    return injectTrace({})['traceparent'];
  }

  /** Below what is current if that belongs to the run already, else below the order that began the run. */
  within<T>(traceparent: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    const isSame = traceparent === undefined || traceIdOf(traceparent) === currentTraceId();
    return withSpan(name, isSame ? {} : { parent: extractTrace({ traceparent }) }, work);
  }
}
