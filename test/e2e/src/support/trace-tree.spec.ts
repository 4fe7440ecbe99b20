import type { ReceivedSpan } from './otlp-receiver';
import { TraceTree } from './trace-tree';

const span = (spanId: string, parentSpanId: string | undefined, startMs: number): ReceivedSpan => ({
  traceId: 't',
  spanId,
  parentSpanId,
  name: `work ${spanId}`,
  service: 'gateway',
  startNs: BigInt(startMs) * 1_000_000n,
  endNs: BigInt(startMs + 5) * 1_000_000n,
  isFailed: spanId === 'b',
  links: [],
  attributes: new Map(),
});

describe('the tree of a trace', () => {
  const tree = new TraceTree([
    span('b', 'a', 12),
    span('c', 'b', 14),
    span('a', undefined, 10),
    span('lost', 'gone', 20),
  ]);

  it('returns its roots, and spans whose parent is missing', () => {
    expect(tree.roots.map(({ spanId }) => spanId)).toEqual(['a']);
    expect(tree.orphans.map(({ spanId }) => spanId)).toEqual(['lost']);
    expect(tree.named('work').length).toBe(4);
    expect(tree.places).toContain('gateway: work c');
  });

  it('is printed with times, failures and orphans', () => {
    expect(tree.draw().split('\n')).toEqual([
      '      0.0       5.0    gateway  work a',
      '      2.0       5.0 !    gateway  work b',
      '      4.0       5.0        gateway  work c',
      '     10.0       5.0  ? gateway  work lost',
    ]);
  });
});
