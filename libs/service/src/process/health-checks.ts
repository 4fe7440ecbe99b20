import { withTimeout } from '@ymera/kernel';

/** Resolves when the dependency can be used; rejects otherwise. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly components: Readonly<
    Record<string, { readonly status: 'ok' | 'unavailable'; readonly ms: number }>
  >;
}

const checkTimeoutMs = 2000;

/** The dependencies of this process. Not ready until `started()`, and never again after `draining()`. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  #phase: 'starting' | 'serving' | 'draining' = 'starting';

  /** Callers of `/health` see `name`. */
  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  started(): void {
    if (this.#phase === 'starting') this.#phase = 'serving';
  }

  draining(): void {
    this.#phase = 'draining';
  }

  /** All checks at once, each within two seconds. */
  async report(): Promise<HealthReport> {
    const components = await Promise.all(
      [...this.#checks].map(async ([name, check]) => {
        const startedAt = performance.now();
        const isWell = await this.#passes(check);
        const status = isWell ? ('ok' as const) : ('unavailable' as const);
        return [name, { status, ms: Math.round(performance.now() - startedAt) }] as const;
      }),
    );
    const isWell = this.#phase === 'serving' && components.every(([, { status }]) => status === 'ok');
    return {
      status: isWell ? 'ok' : 'unavailable',
      components: {
        process: { status: this.#phase === 'serving' ? 'ok' : 'unavailable', ms: 0 },
        ...Object.fromEntries(components),
      },
    };
  }

  async #passes(check: HealthCheck): Promise<boolean> {
    const passed = Promise.resolve()
      .then(check)
      .then(
        () => true,
        () => false,
      );
    return withTimeout(checkTimeoutMs, passed, () => false);
  }
}
