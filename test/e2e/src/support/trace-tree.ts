import type { ReceivedSpan } from './otlp-receiver';

/** The spans of one trace as a tree. */
export class TraceTree {
  private readonly byId: ReadonlyMap<string, ReceivedSpan>;
  private readonly children = new Map<string | undefined, ReceivedSpan[]>();

  constructor(readonly spans: readonly ReceivedSpan[]) {
    this.byId = new Map(spans.map((span) => [span.spanId, span]));
    const inOrder = [...spans].sort((a, b) => Number(a.startNs - b.startNs));
    for (const span of inOrder) {
      const place = this.isOrphan(span) ? undefined : span.parentSpanId;
      this.children.set(place, [...(this.children.get(place) ?? []), span]);
    }
  }

  /** Spans without a parent: the start of the trace. */
  get roots(): readonly ReceivedSpan[] {
    return this.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  }

  /** Spans whose parent is missing in the trace. */
  get orphans(): readonly ReceivedSpan[] {
    return this.spans.filter((span) => this.isOrphan(span));
  }

  /** Every occurrence of a name, with the service that it ran in: `coordinator: process ...`. */
  get places(): ReadonlySet<string> {
    return new Set(this.spans.map(({ service, name }) => `${service}: ${name}`));
  }

  named(start: string): readonly ReceivedSpan[] {
    return this.spans.filter(({ name }) => name.startsWith(start));
  }

  /** As lines: offset and duration in milliseconds, service, name; `!` failed, `?` orphan. */
  draw(): string {
    const first = this.spans.reduce(
      (least, { startNs }) => (least === undefined || startNs < least ? startNs : least),
      undefined as bigint | undefined,
    );
    const ms = (ns: bigint): string => (Number(ns / 1_000n) / 1_000).toFixed(1).padStart(9);
    const lines: string[] = [];
    const walk = (span: ReceivedSpan, depth: number): void => {
      const mark = `${span.isFailed ? '!' : ' '}${this.isOrphan(span) ? '?' : ' '}`;
      lines.push(
        `${ms(span.startNs - (first ?? 0n))} ${ms(span.endNs - span.startNs)} ${mark} ${'  '.repeat(depth)}${span.service}  ${span.name}`,
      );
      for (const child of this.children.get(span.spanId) ?? []) walk(child, depth + 1);
    };
    for (const span of this.children.get(undefined) ?? []) walk(span, 0);
    return lines.join('\n');
  }

  private isOrphan(span: ReceivedSpan): boolean {
    return span.parentSpanId !== undefined && !this.byId.has(span.parentSpanId);
  }
}
