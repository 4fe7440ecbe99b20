import type { Bindings } from '../syntax/print';
import type { Syntax } from '../syntax/syntax';
import { dottedName, walk } from '../syntax/walk';

const maxRows = 300;

/** The rows of a literal table, by any name of it; undefined where they are not known. */
export function rowsOf(node: Syntax, bindings: Bindings, depth = 0): readonly Syntax[] | undefined {
  if (depth > 5) return undefined;
  if (node.kind === 'list')
    return node.items.some(({ kind }) => kind === 'spread') ? undefined : node.items.slice(0, maxRows);
  if (node.kind === 'name') {
    const meant = bindings.get(node.name);
    return meant === undefined || meant === node ? undefined : rowsOf(meant, bindings, depth + 1);
  }
  if (node.kind !== 'call') return undefined;
  const name = dottedName(node.callee);
  const [first] = node.args;
  if (/^(?:Object\.(?:entries|keys|values)|Map|Set|list|tuple|iter|sorted|enumerate)$/.test(name) && first) {
    const inner = first.kind === 'name' ? bindings.get(first.name) : first;
    if (inner?.kind === 'list' && !/^Object/.test(name))
      return name === 'enumerate'
        ? inner.items.map((item, index) =>
            pair({ kind: 'literal', type: 'number', value: String(index), line: item.line }, item),
          )
        : inner.items;
    if (inner?.kind !== 'record') return undefined;
    return entriesOf(inner, name.slice('Object.'.length));
  }
  // Python's `table.items()`.
  if (
    node.callee.kind === 'member' &&
    node.callee.property === 'items' &&
    node.callee.object.kind === 'name'
  ) {
    const table = bindings.get(node.callee.object.name);
    return table?.kind === 'record' ? entriesOf(table, 'entries') : undefined;
  }
  return undefined;
}

function entriesOf(
  record: Extract<Syntax, { kind: 'record' }>,
  which: string,
): readonly Syntax[] | undefined {
  const rows: Syntax[] = [];
  for (const { key, value } of record.entries.slice(0, maxRows)) {
    if (key === undefined) return undefined;
    const name: Syntax =
      key.kind === 'name' ? { kind: 'literal', type: 'string', value: key.name, line: key.line } : key;
    rows.push(which === 'keys' ? name : which === 'values' ? value : pair(name, value));
  }
  return rows;
}

const pair = (one: Syntax, other: Syntax): Syntax => ({ kind: 'list', items: [one, other], line: one.line });

/** The literals of each list and record of a file: rows that assertions may have been folded into. */
export function literalRows(body: readonly Syntax[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  walk(body, (node) => {
    if (node.kind !== 'list' && node.kind !== 'record') return;
    const literals: string[] = [];
    walk([node], (inner) => {
      if (inner.kind === 'literal' && inner.type !== 'boolean') literals.push(inner.value);
    });
    if (literals.length > 0 && literals.length < 200) found.push(literals);
  });
  return found;
}
