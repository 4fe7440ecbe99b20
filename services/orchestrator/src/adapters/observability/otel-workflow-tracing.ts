import { currentLink, currentTraceId, extractTrace, injectTrace, withSpan } from '@ymera/observability';
import type { WorkflowTracing } from '../../application/ports';

/** `00-<trace id>-<span id>-<flags>` */
const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1];

export class OtelWorkflowTracing implements WorkflowTracing {
  current(): string | undefined {
    return injectTrace({})['traceparent'];
  }

  /**
   * Child of the current span if that belongs to the workflow's trace already, else of the order that began the
   * workflow, with a link to the current one: a person's decision or cancellation, each a trace of its own.
   */
  within<T>(traceparent: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    const isSame = traceparent === undefined || traceIdOf(traceparent) === currentTraceId();
    if (isSame) return withSpan(name, {}, work);
    const cause = currentLink();
    return withSpan(name, { parent: extractTrace({ traceparent }), links: cause ? [cause] : [] }, work);
  }
}
