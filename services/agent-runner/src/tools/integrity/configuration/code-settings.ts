import { print } from '../../syntax/print';
import type { Syntax, SyntaxFile } from '../../syntax/syntax';
import { constantText, dottedName } from '../../syntax/walk';

/** The settings that a configuration in code exports, as a tree; computed values are represented by their source text. */
export function settingsOf(file: SyntaxFile): unknown {
  const constants = new Map<string, Syntax>();
  for (const node of file.body)
    if (node.kind === 'declare' && node.target.kind === 'name' && node.value)
      constants.set(node.target.name, node.value);
  for (const node of file.body) {
    const exported =
      node.kind === 'other' && node.type === 'ExportDefault'
        ? node.children[0]
        : node.kind === 'assign' && /^(?:module\.exports|exports\.default)$/.test(dottedName(node.target))
          ? node.value
          : undefined;
    if (exported) return valueOf(exported, constants, 0);
  }
  return undefined;
}

/** The rest of the file, which may change settings as well. */
export const restOf = (file: SyntaxFile): string =>
  file.body
    .filter(
      (node) =>
        !(
          node.kind === 'import' ||
          (node.kind === 'other' && node.type === 'ExportDefault') ||
          node.kind === 'declare' ||
          (node.kind === 'assign' && /^module\.exports$/.test(dottedName(node.target)))
        ),
    )
    .map((node) => print(node))
    .join('\n');

function valueOf(node: Syntax, constants: ReadonlyMap<string, Syntax>, depth: number): unknown {
  if (depth > 20) return print(node);
  const of = (inner: Syntax) => valueOf(inner, constants, depth + 1);
  if (node.kind === 'name') {
    const meant = constants.get(node.name);
    return meant ? of(meant) : node.name;
  }
  if (node.kind === 'literal') {
    if (node.type === 'boolean') return node.value === 'true';
    if (node.type === 'number') return Number(node.value);
    return node.type === 'null' ? undefined : node.value;
  }
  if (node.kind === 'list') return node.items.map(of);
  if (node.kind === 'record') {
    const tree: Record<string, unknown> = {};
    node.entries.forEach(({ key, value }, index) => {
      const inner = of(value);
      if (key === undefined) {
        if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) Object.assign(tree, inner);
        else tree[`...${index}`] = print(value);
      } else tree[key.kind === 'name' ? key.name : (constantText(key) ?? print(key))] = inner;
    });
    return tree;
  }
  // `defineConfig({ ... })`, `defineConfig(() => ({ ... }))`
  if (
    node.kind === 'call' &&
    /^(?:define\w*Config|defineConfig|defineProject|defineWorkspace|Object\.freeze|createJestConfig)$/.test(
      dottedName(node.callee),
    )
  )
    return node.args[0] && of(node.args[0]);
  if (
    node.kind === 'function' &&
    node.body.length === 1 &&
    node.body[0]?.kind === 'return' &&
    node.body[0].value
  )
    return of(node.body[0].value);
  return print(node);
}
