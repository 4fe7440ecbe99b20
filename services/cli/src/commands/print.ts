import { jsonLine, visible } from '../terminal/visible';

/** Prints the answer for programs, or a text for people; both may contain untrusted text. */
export function print(options: { readonly json?: boolean }, value: unknown, words: string): void {
  process.stdout.write(`${options.json ? jsonLine(value) : visible(words)}\n`);
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
