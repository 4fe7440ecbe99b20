import { eventMessage, taskProgressed } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { testVhosts } from '@ymera/testing';
import type { Benchmark, Measured } from '../benchmark';
import { bareExchange } from '../messaging/bare-exchange';
import type { Load, Rates } from '../messaging/exchange';
import { ourExchange } from '../messaging/our-exchange';
import { median, round } from '../statistics';

const load: Load = { messages: 40_000, window: 1024, batch: 500, waitMs: 20 };
const repeats = 7;

const rate = (runs: readonly Rates[], of: keyof Rates): number => round(median(runs.map((run) => run[of])));

/** Both sides in alternation, so that other load of the machine affects both; only one of them consumes at a time. */
async function run(progress: (line: string) => void): Promise<Measured> {
  const broker = await testVhosts({ partitions: 1 });
  const url = `${broker.url}/${encodeURIComponent(broker.servicesVhost)}`;
  const { body } = eventMessage(
    taskProgressed,
    { aggregateId: taskProgressed.sample.task_id, aggregateVersion: 1, payload: taskProgressed.sample },
    { id: uuidv7(), time: new Date() },
  );
  const sides = {
    bare: { start: () => bareExchange(url, body, load), runs: [] as Rates[] },
    ours: { start: () => ourExchange(broker, load), runs: [] as Rates[] },
  };
  try {
    for (let repeat = 0; repeat <= repeats; repeat += 1) {
      const turns = Object.entries(sides);
      if (repeat % 2 === 1) turns.reverse();
      for (const [name, { start, runs }] of turns) {
        const exchange = await start();
        const rates = await exchange.run(load.messages);
        await exchange.close();
        // The first round warms up compiler, queue and files.
        if (repeat > 0) runs.push(rates);
        progress(
          `${name} ${repeat}: ${round(rates.publishPerS)} published/s, ${round(rates.consumePerS)} consumed/s`,
        );
      }
    }
  } finally {
    await broker.close();
  }
  const ours = {
    publish: rate(sides.ours.runs, 'publishPerS'),
    consume: rate(sides.ours.runs, 'consumePerS'),
  };
  const raw = {
    publish: rate(sides.bare.runs, 'publishPerS'),
    consume: rate(sides.bare.runs, 'consumePerS'),
  };
  return {
    figures: {
      publish_per_s: ours.publish,
      consume_per_s: ours.consume,
      raw_publish_per_s: raw.publish,
      raw_consume_per_s: raw.consume,
    },
    reference: 'bare amqplib, same confirms, prefetch and message size',
    ratio: round(Math.min(ours.publish / raw.publish, ours.consume / raw.consume), 3),
  };
}

export const messagingBenchmark: Benchmark = {
  name: 'messaging',
  summary: `${load.messages} facts published and consumed at once over a quorum queue, medians of ${repeats} runs`,
  owed: { ratio: { atLeast: 0.8 } },
  run,
};
