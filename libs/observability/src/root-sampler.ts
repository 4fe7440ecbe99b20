import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';

/** Attribute of a span whose like comes by the thousand: reports, health checks. */
export const bulkAttribute = 'ymera.bulk';

/** Decides about traces that begin here: a person's request is recorded by one ratio, what runs by itself by another. */
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
