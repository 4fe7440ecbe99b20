import wrapAnsi from 'wrap-ansi';

/** The width of a terminal; a pipe or a log has none, and its lines stay whole. */
export const columnsOf = (stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number =>
  stream.isTTY ? stream.columns || 80 : Infinity;

/**
 * Text behind a label, broken between words; further lines begin where the text began. A word that is too long for a line,
 * such as a path, stays whole, so that it can be copied.
 */
export function labelled(label: string, text: string, columns: number, shown = label): string {
  const room = columns - label.length;
  if (!Number.isFinite(room) || room < 1) return shown + text;
  const margin = `\n${' '.repeat(label.length)}`;
  return shown + wrapAnsi(text, room, { trim: true }).split('\n').join(margin);
}

/** One line that fits; longer text is cut with an ellipsis. */
export function clipped(text: string, columns: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  const pieces = (width: number): string[] =>
    wrapAnsi(line, width, { hard: true, wordWrap: false, trim: false }).split('\n');
  if (!Number.isFinite(columns) || pieces(columns).length === 1) return line;
  return `${pieces(Math.max(1, columns - 1))[0] ?? ''}…`;
}
