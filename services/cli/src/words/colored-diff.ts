import type { Style } from '../terminal/style';

export const linesOf = (diff: string): string[] => diff.replace(/\n$/, '').split('\n');

/** At most `longest` lines of a unified diff, coloured. */
export function coloredDiff(diff: string, longest: number, { green, red, cyan, bold, dim }: Style): string {
  const lines = linesOf(diff);
  const shown = lines.slice(0, longest).map((line) => {
    if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return bold(line);
    if (line.startsWith('@@')) return cyan(line);
    if (line.startsWith('+')) return green(line);
    if (line.startsWith('-')) return red(line);
    return line;
  });
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, dim(`… ${rest} more lines`)].join('\n') : shown.join('\n');
}
