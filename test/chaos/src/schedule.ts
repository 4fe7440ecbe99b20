import { type Wish, wishes } from '@ymera/test-e2e/environment';
import { between, pick, type Random, randomOf, shuffled } from './random';

/** What is done to the platform, as data: the same seed draws the same. */
export type PlannedFault =
  | { readonly kind: 'kill'; readonly process: string }
  | { readonly kind: 'stop'; readonly process: string; readonly ms: number }
  | { readonly kind: 'cut_connections' }
  | { readonly kind: 'stop_database' };

export interface FaultTurn {
  readonly fault: PlannedFault;
  /** Between the recovery before it and this. */
  readonly pauseMs: number;
}

export interface RequestTurn {
  readonly wish: Wish;
  /** Which of the projects there are, modulo their number. */
  readonly project: number;
  /** Since the request before it. */
  readonly pauseMs: number;
}

export interface Schedule {
  readonly faults: readonly FaultTurn[];
  readonly requests: readonly RequestTurn[];
}

const services = [
  'gateway',
  'coordinator',
  'orchestrator',
  'integration',
  'registry',
  'reporting',
  'audit',
] as const;
const processes = [...services, 'agent-runner', 'rabbitmq'] as const;

/** Shorter and longer than the rig's leases, and never as long as what an agent's silence may last. */
const stopMs = { least: 500, most: 6_000 };
const faultPauseMs = { least: 0, most: 2_000 };
const requestPauseMs = { least: 100, most: 800 };
/** More of each than can be used in the time: how many are depends on how quickly the platform recovers. */
const faultsPerSecond = 2;

/** Landing is the work; the rest is what people also do. */
const wishDeck: readonly [Wish, ...Wish[]] = ['land', 'land', 'land', 'land', ...wishes];

/** Every fault comes once before any comes again, so that a minute meets most of them. */
function deck(random: Random): readonly PlannedFault[] {
  const stop = (process: string): PlannedFault => ({
    kind: 'stop',
    process,
    ms: between(random, stopMs.least, stopMs.most),
  });
  return shuffled(random, [
    ...processes.map((process): PlannedFault => ({ kind: 'kill', process })),
    stop('agent-runner'),
    stop(pick(random, services)),
    stop(pick(random, services)),
    { kind: 'cut_connections' },
    { kind: 'stop_database' },
  ]);
}

export function draw(seed: number, seconds: number): Schedule {
  const random = randomOf(seed);
  const faults: FaultTurn[] = [];
  while (faults.length < seconds * faultsPerSecond)
    for (const fault of deck(random))
      faults.push({ fault, pauseMs: between(random, faultPauseMs.least, faultPauseMs.most) });
  const requests: RequestTurn[] = [];
  const count = Math.ceil((seconds * 1_000) / requestPauseMs.least);
  while (requests.length < count)
    requests.push({
      wish: pick(random, wishDeck),
      project: between(random, 0, 1_000),
      pauseMs: between(random, requestPauseMs.least, requestPauseMs.most),
    });
  return { faults, requests };
}
