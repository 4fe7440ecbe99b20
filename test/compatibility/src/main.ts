import { describeOutcome, differences } from './outcome';
import { CompatibilityPlatform } from './compatibility-platform';
import { combinations } from './table';

async function main(args: readonly string[]): Promise<number> {
  const only = args.filter((arg) => !arg.startsWith('--'));
  const chosen = combinations.filter(({ id }) => only.length === 0 || only.some((part) => id.includes(part)));
  const platform = await CompatibilityPlatform.open({ instance: 'compatibility', combinations: chosen, taskTimeoutS: 60, concurrency: 2 });
  let wrong = 0;
  const queue = chosen.flatMap((combination) => combination.trials.map((trial) => ({ combination, trial })));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { combination, trial } = next;
      try {
        const outcome = await platform.run(combination, trial);
        const problems = [...differences(trial.expected, outcome), ...(combination.command !== undefined && outcome.command !== combination.command && outcome.outcome !== 'not registered' ? [`command ${outcome.command}`] : [])];
        if (problems.length > 0) wrong += 1;
        console.log(`${problems.length === 0 ? 'ok   ' : 'WRONG'} ${combination.id} / ${trial.name} (${outcome.durationMs} ms, ${outcome.rounds} rounds): ${describeOutcome(outcome)}${problems.map((p) => `\n      ${p.replaceAll('\n', '\n      ').slice(0, 1500)}`).join('')}`);
      } catch (error) {
        wrong += 1;
        console.log(`ERROR ${combination.id} / ${trial.name}: ${String(error).slice(0, 1500)}`);
      }
    }
  };
  try { await Promise.all([worker(), worker(), worker()]); } finally { await platform.close(); }
  console.log(`${wrong} wrong`);
  return wrong === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
