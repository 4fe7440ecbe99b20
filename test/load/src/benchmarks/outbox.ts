import { sleep } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import type { Benchmark, Measured } from '../benchmark';
import { startOutboxEnvironment, type OutboxEnvironment } from '../outbox/outbox-environment';
import { median, quantile, round } from '../statistics';

const clients = 8;
const commits = 3_000;
const repeats = 5;
/** The calm phase: latency for the user of a single request. */
const calm = { commits: 1_000, everyMs: 4 };

async function commitsPerS(commit: () => Promise<void>): Promise<number> {
  let left = commits;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left > 0) {
        left -= 1;
        await commit();
      }
    }),
  );
  return commits / ((performance.now() - started) / 1000);
}

const allReceived = (environment: OutboxEnvironment) =>
  eventually(
    () => {
      if (environment.missing() > 0) throw new Error(`${environment.missing()} facts have not arrived`);
    },
    { timeoutMs: 30_000 },
  );

async function run(progress: (line: string) => void): Promise<Measured> {
  const environment = await startOutboxEnvironment(clients);
  const withFact: number[] = [];
  const bare: number[] = [];
  try {
    for (let repeat = 0; repeat <= repeats; repeat += 1) {
      const rates = [
        await commitsPerS(environment.commitBare),
        await commitsPerS(environment.commitWithFact),
      ] as const;
      await allReceived(environment);
      // The first round warms up.
      if (repeat === 0) environment.latencies();
      else {
        bare.push(rates[0]);
        withFact.push(rates[1]);
      }
      progress(`${repeat}: ${round(rates[0])} commits/s bare, ${round(rates[1])} with a fact`);
    }
    const loaded = environment.latencies();
    for (let index = 0; index < calm.commits; index += 1) {
      await environment.commitWithFact();
      await sleep(calm.everyMs);
    }
    await allReceived(environment);
    const latencies = environment.latencies();
    return {
      figures: {
        commits_per_s: round(median(withFact)),
        p50_ms: round(quantile(latencies, 0.5), 2),
        p99_ms: round(quantile(latencies, 0.99), 2),
        loaded_p50_ms: round(quantile(loaded, 0.5), 2),
        loaded_p99_ms: round(quantile(loaded, 0.99), 2),
        raw_commits_per_s: round(median(bare)),
      },
      reference: 'the same transaction without an outbox row',
      ratio: round(median(withFact) / median(bare), 3),
    };
  } finally {
    await environment.close();
  }
}

export const outboxBenchmark: Benchmark = {
  name: 'outbox',
  summary:
    `${clients} clients committing one row each; milliseconds from commit to the fact in its handler ` +
    `at one commit every ${calm.everyMs} ms, and "loaded" while all clients commit`,
  owed: { p50_ms: { below: 5 } },
  run,
};
