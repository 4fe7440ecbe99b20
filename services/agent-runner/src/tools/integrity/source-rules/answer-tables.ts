import { print } from '../../syntax/print';
import type { FunctionSyntax, RecordSyntax, Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';

/** A way through a function that answers a constant for one particular input. */
export interface SpecialCase {
  readonly inputs: readonly string[];
  readonly answer: string;
  readonly line: number;
  readonly text: string;
  /** The whole of several arguments, or of a list or record, is compared at once. */
  readonly isWhole: boolean;
}

interface Lookup {
  readonly entries: readonly SpecialCase[];
  /** Something is computed where the table has no entry. */
  readonly hasFallback: boolean;
  readonly isWhole: boolean;
}

/** Records and maps of constants, by their names. */
export function constantTables(
  body: readonly Syntax[],
): ReadonlyMap<string, readonly (readonly [key: string, value: Syntax])[]> {
  const found = new Map<string, readonly (readonly [string, Syntax])[]>();
  walk(body, (node) => {
    if (node.kind !== 'declare' || node.target.kind !== 'name' || !node.value) return;
    const entries = entriesOf(node.value);
    if (entries) found.set(node.target.name, entries);
  });
  return found;
}

function entriesOf(node: Syntax): readonly (readonly [string, Syntax])[] | undefined {
  if (
    node.kind === 'call' &&
    /^(?:Map|Object\.freeze|Object\.fromEntries|dict)$/.test(dottedName(node.callee))
  )
    return node.args[0] && entriesOf(node.args[0]);
  if (node.kind === 'record') return recordEntries(node);
  if (node.kind !== 'list') return undefined;
  const pairs = node.items.map((item) =>
    item.kind === 'list' && item.items.length === 2 ? ([item.items[0], item.items[1]] as const) : undefined,
  );
  const entries = pairs.map((pair) =>
    pair?.[0] && pair[1] ? ([constantText(pair[0]) ?? print(pair[0]), pair[1]] as const) : undefined,
  );
  return entries.length > 0 && entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function recordEntries({ entries }: RecordSyntax): readonly (readonly [string, Syntax])[] | undefined {
  const found = entries.map(({ key, value }) =>
    key?.kind === 'name'
      ? ([key.name, value] as const)
      : key
        ? ([constantText(key) ?? print(key), value] as const)
        : undefined,
  );
  return found.length > 0 && found.every((entry) => entry !== undefined) ? found : undefined;
}

const isPlain = (node: Syntax): boolean =>
  constantText(node) !== undefined ||
  (node.kind === 'list' && node.items.every(isPlain)) ||
  (node.kind === 'record' && node.entries.every(({ value }) => isPlain(value)));

/** Tables of constants that a function answers from. */
export function tableLookups(
  node: FunctionSyntax,
  tables: ReturnType<typeof constantTables>,
): readonly Lookup[] {
  const found: Lookup[] = [];
  walk(node.body, (inner, ancestors) => {
    if (inner.kind === 'function') return false;
    const used = lookupIn(inner);
    const table = used && tables.get(used.name);
    if (!used || !table || !table.every(([, value]) => isPlain(value))) return true;
    const entries = table.map(([key, value]): SpecialCase => ({
      inputs: partsOf(key),
      answer: print(value),
      line: inner.line,
      text: `${used.name} ${key}`,
      isWhole: false,
    }));
    found.push({
      entries,
      hasFallback: isGuarded(ancestors, node),
      isWhole: table.some(([key]) => /^[[{]|,/.test(key)),
    });
    return true;
  });
  return found;
}

/** `[2.5, 0]`, or `-1000/3`: keys composed of several inputs. */
const partsOf = (key: string): readonly string[] =>
  /^[[(]/.test(key) ? key.replaceAll(/[[\]()]/g, '').split(/,\s*/) : [key];

function lookupIn(node: Syntax): { readonly name: string } | undefined {
  if (node.kind === 'member' && typeof node.property !== 'string' && node.object.kind === 'name')
    return { name: node.object.name };
  if (
    node.kind === 'call' &&
    node.callee.kind === 'member' &&
    node.callee.property === 'get' &&
    node.callee.object.kind === 'name'
  )
    return { name: node.callee.object.name };
  return undefined;
}

/** `table[key] ?? compute(key)`, or an early return before a computation. */
function isGuarded(ancestors: readonly Syntax[], node: FunctionSyntax): boolean {
  const fallback = ancestors.find((one) => one.kind === 'logical' && one.operator !== 'and');
  if (fallback?.kind === 'logical') return !isPlain(fallback.right) && fallback.right.kind !== 'name';
  const early =
    ancestors.some((one) => one.kind === 'if' || one.kind === 'conditional') || isAskedFor(ancestors, node);
  const last = node.body.at(-1);
  return (
    early &&
    last?.kind === 'return' &&
    last.value !== undefined &&
    !isPlain(last.value) &&
    last.value.kind !== 'name'
  );
}

/** `const known = table.get(key); if (known) return ...`: an entry, if any, is returned. */
function isAskedFor(ancestors: readonly Syntax[], node: FunctionSyntax): boolean {
  const [parent] = ancestors;
  if (parent?.kind !== 'declare' || parent.target.kind !== 'name') return false;
  const { name } = parent.target;
  return node.body.some(
    (one) =>
      one.kind === 'if' &&
      print(one.test).includes(name) &&
      one.whenTrue.some(({ kind }) => kind === 'return'),
  );
}
