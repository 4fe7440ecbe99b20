/** The position of the first error in a tool's output, and its text. */
export interface ErrorExcerpt {
  /** The line that names the error, without the tool's prefix. */
  readonly message: string;
  /** That line with its context: the place before, the explanation after. */
  readonly context: string;
}

/** Tools may print lines of megabytes, and thousands of lines after the relevant one. */
const maxLineLength = 2_000;
const maxLines = 20_000;
const maxMessageLength = 500;
const maxContextLength = 1_500;
const linesBefore = 4;
const linesAfter = 8;

/** Prefixes that runners add to the output of the program that they started: TAP comments, npm, pytest, Maven. */
const prefix = /^\s*(?:#+ |E {2,}|(?:npm (?:error|ERR!)|\[(?:ERROR|error)\]|\[\d+\]|\w[\w@/.-]*:test:) ?)?/;

/** Lines that report a failure below, or belong to an earlier error; they never name the error. */
const noise =
  /lifecycle script|^(?:command|workspace|location|path|cwd|errno|syscall|dest|file|code)\b|a complete log of this run|^make(?:\[\d+\])?: \*\*\*|command failed(?: with exit code)?|ELIFECYCLE|^test failed\. +see above|ERR_PNPM_RECURSIVE|^error: (?:test failed, to rerun|process didn't exit|could not compile|\d+ targets? failed)|(?:Experimental|Deprecation)Warning|\b(?:0|no) errors?\b|^\s*(?:✔|✓|√|ok \d|PASS\b|--- PASS)/i;

/** Lines that are an error, the most certain kinds first. Errors that a log only mentions are not among them. */
const errorLines: readonly RegExp[] = [
  // JavaScript, Python, Java, .NET, PHP: an error class, then its message.
  /^(?:Uncaught |Unhandled |Caused by: |Exception in thread "[^"]*" |PHP )?(?:[\w$]+[.:\\]+)*[A-Z]?\w*(?:Error|Exception|Failure)\b(?: \[\w+\])?(?::|$| -)/,
  // Compilers: `file:line:column: error: words`, `file(line,column): error TS1005`, `error[E0425]: words`.
  /^\S+:\d+(?::\d+)?:? +(?:fatal )?error\b/i,
  /^\S+\(\d+,\d+\): error\b/,
  /^error(?:\[\w+\])?: /,
  // Go: a compiler's line, a panic. Rust: a panic.
  /^(?:vet: )?(?:\.{0,2}\/)?[\w./-]+\.go:\d+:\d+: /,
  /^panic: |^thread '.*' panicked at /,
  // Missing programs; missing imports.
  /^(?:\S+: )*(?:line \d+: |\d+: )?\S+: (?:command )?not found$/,
  /No module named |Cannot find (?:module|package) |cannot find package |Could not resolve /,
  // Coverage below its threshold: Jest, c8, nyc, Vitest, pytest-cov.
  /coverage .*(?:threshold|not met|not reached|does not meet)|does not meet .*threshold/i,
  // Linters: `  3:5  error  words  rule`.
  /^\s*\d+:\d+\s+error\s+/,
  /^(?:ERROR|FATAL|Error|fatal|✘ \[ERROR\]|✖ Error)\b:?\s+\S/,
  /^ERR_[A-Z_]+\b/,
];

/** npm's own messages; `noise` removes those that do not tell the reason. */
const npmLine = /^npm (?:error|ERR!) \S/;

/** An error in a shell's or log's own words, for output without a more certain line. */
const weakErrorLine = /\b(?:error|fatal|failed|failure|cannot|could not|unable to|not found|denied)\b/i;

/**
 * The first error in a tool's output. The last lines of a failed command report that it failed; the cause
 * is where it first occurred. Undefined where no line names an error.
 */
export function firstError(output: string): ErrorExcerpt | undefined {
  const lines = output
    .replaceAll(/\u001B\[[\d;]*[A-Za-z]/g, '')
    .split('\n', maxLines)
    .map((line) => line.slice(0, maxLineLength).trimEnd());
  const bare = lines.map((line) => line.replace(prefix, ''));
  const isTelling = (line: string): boolean => line !== '' && !noise.test(line);
  const strong = bare.findIndex(
    (line, at) =>
      isTelling(line) && (npmLine.test(lines[at] ?? '') || errorLines.some((pattern) => pattern.test(line))),
  );
  const index =
    strong === -1 ? bare.findIndex((line) => isTelling(line) && weakErrorLine.test(line)) : strong;
  const message = bare[index];
  if (message === undefined) return undefined;
  return {
    message: message.trim().slice(0, maxMessageLength),
    context: contextOf(lines, bare, index),
  };
}

/** The first error with its context; the end of the output where no line names one. */
export function telling(output: string, maxLength = maxContextLength): string {
  const found = firstError(output)?.context;
  if (found !== undefined) return found.slice(0, maxLength);
  return output.trim().split('\n').slice(-10).join('\n').slice(-maxLength);
}

function contextOf(lines: readonly string[], bare: readonly string[], index: number): string {
  let first = index;
  // Node and Python print the place and the source line above the error, Node with an empty line between.
  if ((bare[first - 1] ?? '').trim() === '' && /\^|^\s*throw /.test(bare[first - 2] ?? '')) first -= 1;
  while (first > 0 && index - first < linesBefore && (bare[first - 1] ?? '').trim() !== '') first -= 1;
  let last = index;
  while (last + 1 < lines.length && last - index < linesAfter && !isRuntimeFrame(lines[last + 1] ?? ''))
    last += 1;
  return lines
    .slice(first, last + 1)
    .join('\n')
    .trim()
    .slice(0, maxContextLength);
}

const isRuntimeFrame = (line: string): boolean => /^\W*at (?:async )?(?:.*\()?node:|^Node\.js v\d/.test(line);
