import type { Benchmark, Measured } from './benchmark';
import { benchmarks } from './benchmarks';
import { judge, missLine, owedWords, type Judged } from './judge';

const names = benchmarks.map(({ name }) => name);

function selected(args: readonly string[]): readonly Benchmark[] {
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  if (wanted.includes('all')) return benchmarks;
  return wanted.flatMap((name) => benchmarks.filter((benchmark) => benchmark.name === name));
}

function print(
  { name, summary }: Benchmark,
  { figures, reference, ratio }: Measured,
  judged: readonly Judged[],
): void {
  const rows = Object.entries(figures);
  const width = Math.max(...rows.map(([label]) => label.length), 'reference'.length);
  console.log(`\n${name}: ${summary}`);
  for (const [label, value] of rows)
    console.log(`  ${label.padEnd(width)}  ${value.toLocaleString('en-US')}`);
  console.log(`  ${'reference'.padEnd(width)}  ${reference}`);
  console.log(`  ${'ratio'.padEnd(width)}  ${ratio}`);
  for (const { figure, owed, met } of judged)
    console.log(`  ${'owed'.padEnd(width)}  ${figure} ${owedWords(owed)}: ${met ? 'met' : 'missed'}`);
}

async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  const chosen = selected(args);
  const unknown = args.filter((arg) => !arg.startsWith('--') && arg !== 'all' && !names.includes(arg));
  if (chosen.length === 0 || unknown.length > 0) {
    const problem = unknown.length > 0 ? `unknown benchmark: ${unknown.join(', ')}` : 'which benchmark?';
    console.error(`${problem}\navailable: ${[...names, 'all'].join(', ')}`);
    return 2;
  }
  const results = [];
  const missed: string[] = [];
  for (const benchmark of chosen) {
    const measured = await benchmark.run((line) => console.error(`  ${line}`));
    const { figures, reference, ratio } = measured;
    const judged = judge(benchmark.owed, measured);
    missed.push(...judged.filter(({ met }) => !met).map((one) => missLine(benchmark.name, one)));
    results.push({
      name: benchmark.name,
      ...figures,
      reference,
      ratio,
      owed: benchmark.owed,
      met: judged.every(({ met }) => met),
    });
    print(benchmark, measured, judged);
  }
  const single = results.length === 1 ? results[0] : undefined;
  for (const line of missed) console.error(line);
  if (isJson)
    console.log(
      JSON.stringify(single ?? { name: 'all', benchmarks: results, met: results.every(({ met }) => met) }),
    );
  return missed.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
