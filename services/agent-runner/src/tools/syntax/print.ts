import type { Parameter, Syntax } from './syntax';

/** The values of names: constants of a test, the columns of a table. */
export type Bindings = ReadonlyMap<string, Syntax>;

const maxLength = 4_000;
const maxDepth = 12;

/**
 * A text that is the same for the same code, independent of formatting, quotes and types. Names in `bindings` are
 * replaced by their values.
 */
export function print(node: Syntax | undefined, bindings: Bindings = new Map(), depth = 0): string {
  return node === undefined || depth > 200 ? '' : printed(node, bindings, depth).slice(0, maxLength);
}

const list = (nodes: readonly Syntax[], bindings: Bindings, depth: number, separator = ', ') =>
  nodes.map((node) => print(node, bindings, depth + 1)).join(separator);

function printed(node: Syntax, bindings: Bindings, depth: number): string {
  const of = (child: Syntax | undefined) => print(child, bindings, depth + 1);
  const all = (nodes: readonly Syntax[], separator?: string) => list(nodes, bindings, depth, separator);
  switch (node.kind) {
    case 'name': {
      const meant = bindings.get(node.name);
      if (meant === undefined || depth > maxDepth * 3) return node.name;
      // Printed without its own binding, so that `a = a + 1` ends.
      const others = new Map(bindings);
      others.delete(node.name);
      return print(meant, others, depth + 3);
    }
    case 'literal':
      return node.type === 'string' ? JSON.stringify(node.value) : node.value;
    case 'template':
      return `\`${node.texts.map((text, index) => text + (node.values[index] ? `\${${of(node.values[index])}}` : '')).join('')}\``;
    case 'list':
      return `[${all(node.items)}]`;
    case 'record':
      return `{${node.entries.map(({ key, value }) => (key === undefined ? `...${of(value)}` : `${keyText(key, bindings, depth)}: ${of(value)}`)).join(', ')}}`;
    case 'call': {
      const named = node.named.map(({ name, value }) => `${name}=${of(value)}`);
      const args = [...node.args.map(of), ...named].join(', ');
      return `${node.isNew ? 'new ' : ''}${of(node.callee)}(${args})`;
    }
    case 'member': {
      // A column of a row that is known is what stands there.
      const value = memberOf(node, bindings);
      if (value !== undefined) return of(value);
      return typeof node.property === 'string'
        ? `${of(node.object)}.${node.property}`
        : `${of(node.object)}[${of(node.property)}]`;
    }
    case 'binary':
      return `(${of(node.left)} ${node.operator} ${of(node.right)})`;
    case 'logical':
      return `(${of(node.left)} ${node.operator} ${of(node.right)})`;
    case 'unary':
      return `${node.operator}(${of(node.operand)})`;
    case 'conditional':
      return `(${of(node.test)} ? ${of(node.whenTrue)} : ${of(node.whenFalse)})`;
    case 'await':
      return `await ${of(node.operand)}`;
    case 'spread':
      return `...${of(node.operand)}`;
    case 'function': {
      const inner = without(bindings, node.parameters);
      const decorators = node.decorators.map((one) => `@${of(one)} `).join('');
      return `${decorators}(${node.parameters.map(({ pattern }) => print(pattern, new Map(), depth + 1)).join(', ')}) => {${list(node.body, inner, depth, '; ')}}`;
    }
    case 'class':
      return `class ${node.name ?? ''} {${all(node.members, '; ')}}`;
    case 'assign':
      return `${of(node.target)} ${node.operator} ${of(node.value)}`;
    case 'declare':
      return `${print(node.target, new Map(), depth + 1)} = ${of(node.value)}`;
    case 'return':
      return `return ${of(node.value)}`;
    case 'throw':
      return `throw ${of(node.value)}`;
    case 'if':
      return `if (${of(node.test)}) {${all(node.whenTrue, '; ')}} else {${all(node.whenFalse, '; ')}}`;
    case 'loop':
      return `for (${of(node.target)} of ${of(node.iterable)}; ${of(node.test)}) {${all(node.body, '; ')}}`;
    case 'try':
      return `try {${all(node.body, '; ')}} catch {${node.handlers.map(({ body }) => all(body, '; ')).join(' | ')}} finally {${all(node.last, '; ')}}`;
    case 'switch':
      return `switch (${of(node.subject)}) {${node.cases.map(({ test, body }) => `${of(test)}: ${all(body, '; ')}`).join(' | ')}}`;
    case 'block':
      return `{${all(node.items)}: ${all(node.body, '; ')}}`;
    case 'import':
      return `import ${node.names.map(({ imported, local }) => `${imported} as ${local}`).join(', ')} from ${JSON.stringify(node.module)}`;
    case 'other':
      return `${node.type}(${all(node.children)})`;
  }
}

const keyText = (key: Syntax, bindings: Bindings, depth: number): string =>
  key.kind === 'name'
    ? key.name
    : key.kind === 'literal'
      ? key.value
      : `[${print(key, bindings, depth + 1)}]`;

function memberOf(node: Extract<Syntax, { kind: 'member' }>, bindings: Bindings): Syntax | undefined {
  if (node.object.kind !== 'name') return undefined;
  const object = bindings.get(node.object.name);
  return object === undefined ? undefined : partOf(object, node.property);
}

/** The value at a key of a literal record, or at an index of a literal list. */
function partOf(value: Syntax, key: string | Syntax): Syntax | undefined {
  const name = typeof key === 'string' ? key : key.kind === 'literal' ? key.value : undefined;
  if (name === undefined) return undefined;
  if (value.kind === 'list') return /^\d+$/.test(name) ? value.items[Number(name)] : undefined;
  if (value.kind !== 'record') return undefined;
  return value.entries.find(
    (entry) =>
      (entry.key?.kind === 'name' && entry.key.name === name) ||
      (entry.key?.kind === 'literal' && entry.key.value === name),
  )?.value;
}

function without(bindings: Bindings, parameters: readonly Parameter[]): Bindings {
  const own = parameters.flatMap(({ pattern }) => (pattern.kind === 'name' ? [pattern.name] : []));
  if (!own.some((name) => bindings.has(name))) return bindings;
  const left = new Map(bindings);
  for (const name of own) left.delete(name);
  return left;
}

/** A part of a call's result: `a` in `const { a } = f()`. */
const ofResult = (value: Syntax, property: string): Syntax | undefined =>
  value.kind === 'call' || value.kind === 'await'
    ? { kind: 'member', object: value, property, line: value.line }
    : undefined;

/** Binds a pattern to a value: `[a, b]` to `[1, 2]`, `{ a }` to `{ a: 1 }`, `a` to anything. */
export function bind(pattern: Syntax, value: Syntax, into: Map<string, Syntax>): void {
  if (pattern.kind === 'name') into.set(pattern.name, value);
  else if (pattern.kind === 'assign') bind(pattern.target, value, into);
  else if (pattern.kind === 'list')
    pattern.items.forEach((item, index) => {
      const part = value.kind === 'list' ? value.items[index] : ofResult(value, String(index));
      if (part) bind(item, part, into);
    });
  else if (pattern.kind === 'record')
    for (const { key, value: inner } of pattern.entries) {
      const name = key?.kind === 'name' ? key.name : key?.kind === 'literal' ? key.value : undefined;
      const part = name === undefined ? undefined : (partOf(value, name) ?? ofResult(value, name));
      if (part) bind(inner, part, into);
    }
}
