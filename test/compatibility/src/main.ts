import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompatibilityPlatform } from './compatibility-platform';
import { compatibilityTable, describeTried, replaceTable, triedIn } from './document';
import { isOnPath, missingPrograms } from './needs';
import { describeOutcome } from './outcome';
import { runTrials, type TrialResult } from './run-trials';
import { combinations } from './table';

const documentPath = join(__dirname, '..', '..', '..', 'deploy', 'docs', 'compatibility.md');
const maxAtATime = 3;
const taskTimeoutS = 300;

interface Ran {
  readonly id: string;
  readonly problems: readonly string[];
}

/** `[--write] [PART OF AN ID...]`: runs the combinations, all by default, and writes their outcomes into the document. */
async function main(args: readonly string[]): Promise<number> {
  const isWriting = args.includes('--write');
  const parts = args.filter((arg) => !arg.startsWith('--'));
  const chosen = combinations.filter(
    ({ id }) => parts.length === 0 || parts.some((part) => id.includes(part)),
  );
  if (chosen.length === 0) return usage(`No combination has an id with ${parts.join(', ')} in it.`);
  const missing = missingPrograms(chosen, isOnPath);
  if (missing.length > 0) return usage(missing.join('\n'));

  const platform = await CompatibilityPlatform.open({
    instance: 'compatibility',
    combinations: chosen,
    taskTimeoutS,
  });
  try {
    const started = runTrials(platform, chosen, maxAtATime);
    const ran: Ran[] = [];
    const results: TrialResult[] = [];
    for (const { combination, trial, result } of started) {
      const id = `${combination.id}, ${trial.name}`;
      try {
        const came = await result;
        results.push(came);
        ran.push({ id, problems: came.problems });
        console.log(
          `${came.problems.length === 0 ? 'as expected' : 'NOT AS EXPECTED'}: ${id}: ${describeOutcome(came.outcome)}`,
        );
      } catch (error) {
        ran.push({ id, problems: [error instanceof Error ? error.message : String(error)] });
        console.log(`NOT AS EXPECTED: ${id}: no outcome`);
      }
      for (const problem of ran.at(-1)?.problems ?? [])
        console.log(`    ${problem.replaceAll('\n', '\n    ')}`);
    }
    const wrong = ran.filter(({ problems }) => problems.length > 0);
    console.log(`${ran.length - wrong.length} as expected, ${wrong.length} not`);
    if (isWriting) write(results.filter(({ problems }) => problems.length === 0));
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await platform.close();
  }
}

/** Rows of combinations that did not run, or did not end as expected, stay unchanged. */
function write(results: readonly TrialResult[]): void {
  const document = readFileSync(documentPath, 'utf8');
  const rows = combinations.flatMap((combination) => {
    const own = results.filter((result) => result.combination === combination);
    const tried =
      own.length < combination.trials.length
        ? triedIn(document, combination)
        : describeTried(own.map(({ trial, outcome }) => ({ name: trial.name, outcome })));
    return tried === undefined ? [] : [{ combination, tried }];
  });
  writeFileSync(documentPath, replaceTable(document, compatibilityTable(rows)));
  console.log(`written: ${documentPath}`);
}

function usage(problem: string): number {
  console.error(problem);
  return 2;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
