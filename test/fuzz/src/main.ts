import { randomInt } from 'node:crypto';
import { fuzzPlatform } from './fuzzed-platform';
import { type Options, readOptions } from '@ymera/test-e2e/environment';
import { type FuzzResult, isClean } from './run-fuzz';

const usage = 'npm run fuzz:api -- [--seconds N] [--seed S] [--json]';

function print({ findings, succeeded, ...counts }: FuzzResult): void {
  for (const { kind, operation, what, request } of findings)
    console.log(`✖ ${operation}: ${kind}: ${what}\n    ${request}`);
  for (const [name, value] of Object.entries(counts)) console.log(`  ${name.padEnd(14)} ${value}`);
  const refusedOnly = Object.keys(succeeded).filter((operation) => succeeded[operation] === 0);
  if (refusedOnly.length > 0) console.log(`  never accepted ${refusedOnly.join(', ')}`);
}

async function main({ seconds, seed, json }: Options): Promise<number> {
  const onProgress = (text: string): void => {
    process.stderr.write(text);
  };
  const result = await fuzzPlatform({ instance: 'fuzz', seconds, seed, onProgress });
  if (json) console.log(JSON.stringify(result));
  else print(result);
  return isClean(result) ? 0 : 1;
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
