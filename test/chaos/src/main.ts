import { randomInt } from 'node:crypto';
import { type Options, readOptions } from '@ymera/test-e2e/environment';
import { type ChaosResult, isSound, runChaos } from './run-chaos';

const usage = 'npm run chaos -- [--seconds N] [--seed S] [--json]';

function print(result: ChaosResult): void {
  const { recovery_ms: recovery, ...counts } = result;
  for (const [name, value] of Object.entries(counts)) console.log(`  ${name.padEnd(18)} ${value}`);
  console.log(`  ${'recovery_ms'.padEnd(18)} p50 ${recovery.p50}, max ${recovery.max}`);
  console.log(isSound(result) ? '✔ nothing lost, nothing twice' : `✖ to see it again: --seed ${result.seed}`);
}

async function main({ seconds, seed, json }: Options): Promise<number> {
  const started = performance.now();
  const tell = (line: string): void => {
    const at = ((performance.now() - started) / 1_000).toFixed(1).padStart(6);
    (json ? process.stderr : process.stdout).write(`${at} s  ${line}\n`);
  };
  const result = await runChaos({ seconds, seed, instance: 'chaos', tell });
  if (json) console.log(JSON.stringify(result));
  else print(result);
  return isSound(result) ? 0 : 1;
}

function optionsOrUsage(): Options | undefined {
  try {
    return readOptions(process.argv.slice(2), () => randomInt(2 ** 32 - 1));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return undefined;
  }
}

const options = optionsOrUsage();
if (options === undefined) process.exitCode = 2;
else
  main(options).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error);
      if (options.json) console.log(JSON.stringify({ seed: options.seed, error: String(error) }));
      process.exit(1);
    },
  );
