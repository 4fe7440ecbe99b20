import type { Benchmark } from '../benchmark';
import { demoOverheadBenchmark } from './demo-overhead';
import { memoryBenchmark } from './memory';
import { messagingBenchmark } from './messaging';
import { outboxBenchmark } from './outbox';

export const benchmarks: readonly Benchmark[] = [
  messagingBenchmark,
  outboxBenchmark,
  memoryBenchmark,
  demoOverheadBenchmark,
];
