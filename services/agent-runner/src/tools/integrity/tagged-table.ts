import type { Syntax, Template } from '../syntax/syntax';

/** The rows of a table in a template: names in the first line, one value for each in every other line. */
export function taggedRows({ texts, values, line }: Template): readonly Syntax[] {
  const names = (texts[0] ?? '')
    .trim()
    .split('\n')[0]
    ?.split('|')
    .map((name) => name.trim())
    .filter(Boolean);
  if (!names || names.length === 0) return [];
  const rows: Syntax[] = [];
  for (let first = 0; first + names.length <= values.length; first += names.length)
    rows.push({
      kind: 'record',
      entries: names.flatMap((name, index) => {
        const value = values[first + index];
        return value ? [{ key: { kind: 'name', name, line }, value }] : [];
      }),
      line,
    });
  return rows;
}
