import { failure, FailureException, failureOf } from '@ymera/kernel';
import { counter, gauge } from '@ymera/observability';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  TaskCancelledError,
  TimeoutStrategy,
  bulkhead,
  circuitBreaker,
  handleWhen,
  noop,
  retry,
  timeout,
  wrap,
  type IPolicy,
} from 'cockatiel';

/** How calls to a dependency outside of this process are made. */
export interface Resilience {
  /**
   * Calls `fn`, which should stop when its signal is aborted. Rejects with the last error of `fn`, or with a
   * `FailureException`: `timeout` (`<name>_timeout`) or `unavailable` (`<name>_unavailable`: circuit open or bulkhead
   * full).
   */
  execute<T>(fn: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface PolicyOptions {
  /** Name of the dependency, snake_case: label of metrics and prefix of failure codes. */
  readonly name: string;
  /** One attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts after the first; default 0. Only for calls that may safely be made twice. */
  readonly retries?: number;
  /** Exponential with jitter, in milliseconds; default 100 up to 5000. */
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number };
  /** Refuse at once after so many failures in a row; try one call again after a while. Default: no breaker. */
  readonly breaker?: { readonly failures: number; readonly resetMs: number };
  /** Concurrent calls, and waiting ones; default: unlimited. */
  readonly bulkhead?: { readonly concurrent: number; readonly waiting: number };
  /** Failures that show the dependency's health; default: unknown errors and retryable failures. */
  readonly isPassing?: (error: unknown) => boolean;
}

const states = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
} as const;

/** A refusal such as `not_found` shows that the dependency is healthy: it is neither retried nor counted against it. */
const isPassingFailure = (error: unknown): boolean =>
  !(error instanceof FailureException) || failureOf(error).retryable || error.failure.kind === 'internal';

function translated(name: string, error: unknown): unknown {
  if (error instanceof TaskCancelledError)
    return new FailureException(failure('timeout', `${name}_timeout`, 'The call timed out.'), {
      cause: error,
    });
  if (error instanceof BrokenCircuitError || error instanceof BulkheadRejectedError)
    return new FailureException(
      failure('unavailable', `${name}_unavailable`, 'The service is not available.'),
      {
        cause: error,
      },
    );
  return error;
}

/** Outermost first: bulkhead, retry, breaker, timeout. Each attempt has its own timeout; an open breaker ends the retries. */
export function policy(options: PolicyOptions): Resilience {
  const { name, timeoutMs, retries = 0, isPassing = isPassingFailure } = options;
  const calls = counter({
    name: 'ymera_resilience_calls_total',
    help: 'Calls made through a policy, by outcome. Normally almost all succeed.',
    labels: ['policy', 'outcome'],
  });
  const retried = counter({
    name: 'ymera_resilience_retries_total',
    help: 'Attempts after the first. Normally close to 0.',
    labels: ['policy'],
  });

  const { initialMs, maxMs } = options.backoff ?? { initialMs: 100, maxMs: 5000 };
  const layers: IPolicy[] = [];
  if (options.bulkhead) layers.push(bulkhead(options.bulkhead.concurrent, options.bulkhead.waiting));
  if (retries > 0) {
    const retryable = handleWhen((error) => !(error instanceof BrokenCircuitError) && isPassing(error));
    const layer = retry(retryable, {
      maxAttempts: retries,
      backoff: new ExponentialBackoff({ initialDelay: initialMs, maxDelay: maxMs }),
    });
    layer.onRetry(() => retried.inc({ policy: name }));
    layers.push(layer);
  }
  if (options.breaker) {
    const layer = circuitBreaker(handleWhen(isPassing), {
      halfOpenAfter: options.breaker.resetMs,
      breaker: new ConsecutiveBreaker(options.breaker.failures),
    });
    const state = gauge({
      name: 'ymera_circuit_state',
      help: 'State of a circuit breaker: 0 closed, 1 half open, 2 open. Normally 0.',
      labels: ['policy'],
    });
    state.set({ policy: name }, states[layer.state]);
    layer.onStateChange((next) => state.set({ policy: name }, states[next]));
    layers.push(layer);
  }
  const outer = layers.length > 0 ? wrap(...layers) : noop;
  const bounded = timeout(timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });

  return {
    async execute(fn, signal) {
      try {
        const value = await outer.execute(
          ({ signal: outside }) => bounded.execute(({ signal: inside }) => fn(inside), outside),
          signal,
        );
        calls.inc({ policy: name, outcome: 'ok' });
        return value;
      } catch (error) {
        const translation = translated(name, error);
        calls.inc({ policy: name, outcome: translation === error ? 'failed' : failureOf(translation).kind });
        throw translation;
      }
    },
  };
}
