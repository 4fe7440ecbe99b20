import { extractTrace, injectTrace, withSpan } from '@ymera/observability';
import type { LandingTracing } from '../../application/ports';

export class OtelLandingTracing implements LandingTracing {
  current(): string | undefined {
    return injectTrace({})['traceparent'];
  }

  within<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T> {
    return withSpan('land after a pause', traceparent ? { parent: extractTrace({ traceparent }) } : {}, work);
  }
}
