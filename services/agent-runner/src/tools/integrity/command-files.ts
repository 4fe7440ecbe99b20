import { isBenchmarkFile, isProduct, isTestFile } from './file-roles';
import { decidingScripts, parse, record } from './configuration/package-file';

export interface CommandContext {
  readonly commands: { readonly test?: string | undefined; readonly bench?: string | undefined };
  readonly paths: ReadonlySet<string>;
  readonly textOf: (path: string) => string | undefined;
  readonly importsOf: (path: string) => ReadonlySet<string>;
  readonly holdsTests: (path: string) => boolean;
}

export interface CommandFiles {
  /** The test command, with its scripts expanded. */
  readonly testCommand: string;
  /** Programs that the test command runs. */
  readonly tested: ReadonlySet<string>;
  /** Programs that the benchmark's command runs. */
  readonly measured: ReadonlySet<string>;
  /** The measuring code of benchmarks. */
  readonly inputs: ReadonlySet<string>;
}

const aboutInput = /data|fixture|input|sample|generat|workload|measure|timer|harness|seed|corpus|bench/i;

/** The project files that the commands of tests and benchmarks name, and the files that benchmarks read. */
export function commandFiles({
  commands,
  paths,
  textOf,
  importsOf,
  holdsTests,
}: CommandContext): CommandFiles {
  const scripts = record(parse(textOf('package.json') ?? '{}')?.['scripts']);
  const bodies = (pattern: RegExp) =>
    [...decidingScripts([scripts])]
      .filter((name) => pattern.test(name))
      .flatMap((name) => (typeof scripts[name] === 'string' ? [scripts[name]] : []));
  const named = (texts: readonly (string | undefined)[]) =>
    new Set(
      texts.flatMap((text) =>
        (text ?? '')
          .split(/[\s'";&|=]+/)
          .map((word) => word.replace(/^\.\//, ''))
          .filter((word) => paths.has(word)),
      ),
    );
  // A command may also start the product itself.
  const isProgram = (path: string) => !/^(?:src|lib|app|packages\/[^/]+\/src)\//.test(path);
  const measured = new Set([...named([commands.bench, ...bodies(/bench/)])].filter(isProgram));
  const tested = new Set(
    [...named([commands.test, ...bodies(/^(?!.*bench)/)])].filter(
      (path) => isProgram(path) && !measured.has(path) && !(isTestFile(path) && holdsTests(path)),
    ),
  );
  const benchmarks = new Set([
    ...measured,
    ...[...paths].filter((path) => isBenchmarkFile(path)).slice(0, 50),
  ]);
  const inputs = new Set<string>();
  for (const path of benchmarks) {
    for (const imported of importsOf(path))
      if (aboutInput.test(imported.split('/').at(-1) ?? '') || !isProduct(imported)) inputs.add(imported);
    const text = textOf(path) ?? '';
    for (const other of paths) {
      const base = other.split('/').at(-1) ?? '';
      if (
        !isProduct(other) &&
        !isTestFile(other) &&
        base.length > 4 &&
        !/^package(?:-lock)?\.json$/.test(base) &&
        text.includes(base)
      )
        inputs.add(other);
    }
  }
  const testCommand = [commands.test ?? '', ...bodies(/^test$/)].join(' && ');
  return { testCommand, tested, measured, inputs };
}
