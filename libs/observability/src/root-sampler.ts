import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';

/** Attribute of a span of which there are thousands: reports, health checks. */
export const bulkAttribute = 'ymera.bulk';

/** Decides about traces that begin here: one ratio for people's requests, another for periodic work. */
export class RootSampler implements Sampler {
  private readonly usual: Sampler;
  private readonly bulk: Sampler;

  constructor(ratio: number, bulkRatio: number) {
    this.usual = new TraceIdRatioBasedSampler(ratio);
    this.bulk = new TraceIdRatioBasedSampler(Math.min(ratio, bulkRatio));
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const sampler = attributes[bulkAttribute] === true ? this.bulk : this.usual;
    return sampler.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `RootSampler{${this.usual.toString()}, ${this.bulk.toString()}}`;
  }
}
