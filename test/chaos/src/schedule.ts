import { type Wish, wishes } from '@ymera/test-e2e/environment';
import { between, pick, type Random, randomOf, shuffled } from './random';

/** The faults of a run as data: the same seed gives the same schedule. */
export type PlannedFault =
  | { readonly kind: 'kill'; readonly process: string }
  | { readonly kind: 'stop'; readonly process: string; readonly ms: number }
  | { readonly kind: 'cut_connections' }
  | { readonly kind: 'stop_database' };

export interface FaultTurn {
  readonly fault: PlannedFault;
  /** Delay after the previous recovery. */
  readonly pauseMs: number;
}

export interface RequestTurn {
  readonly wish: Wish;
  /** Index of the project, modulo their number. */
  readonly project: number;
  /** Delay after the previous request. */
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

/** Shorter and longer than the environment's leases, and always shorter than the time of missed reports before a sanction. */
const stopMs = { least: 500, most: 6_000 };
const faultPauseMs = { least: 0, most: 2_000 };
const requestPauseMs = { least: 100, most: 800 };
/** More of each than fits into the time: the number that is used depends on the speed of recovery. */
const faultsPerSecond = 2;

/** Most requests land; the others are what people also do. */
const wishDeck: readonly [Wish, ...Wish[]] = ['land', 'land', 'land', 'land', ...wishes];

/** Every fault comes once before any is repeated, so that a minute covers most of them. */
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
