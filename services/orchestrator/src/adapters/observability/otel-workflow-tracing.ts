import { currentLink, currentTraceId, extractTrace, injectTrace, withSpan } from '@ymera/observability';
import type { WorkflowTracing } from '../../application/ports';

/** `00-<trace id>-<span id>-<flags>` */
const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1];

export class OtelWorkflowTracing implements WorkflowTracing {
  current(): string | undefined {
    return injectTrace({})['traceparent'];
  }

  /**
   * Below what is current if that belongs to the run already, else below the order that began the run, with a link to
   * what is current: the decision of a person, the cancellation, each a trace of its own.
   */
  within<T>(traceparent: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    const isSame = traceparent === undefined || traceIdOf(traceparent) === currentTraceId();
    if (isSame) return withSpan(name, {}, work);
    const cause = currentLink();
    return withSpan(name, { parent: extractTrace({ traceparent }), links: cause ? [cause] : [] }, work);
  }
}
