import type { SyntaxNode } from '@lezer/common';
import type { Argument, Parameter, RecordEntry, Syntax } from './syntax';

export interface Part {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly text: string;
  readonly line: number;
}

/** Expressions, functions and classes of Python. Bodies are read by the reader of statements. */
export abstract class PythonExpressions {
  private readonly lineStarts: readonly number[];

  constructor(private readonly source: string) {
    const starts = [0];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts = starts;
  }

  protected abstract body(node: SyntaxNode): readonly Syntax[];

  protected parts(node: SyntaxNode): readonly Part[] {
    const found: Part[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling)
      if (child.name !== 'Comment')
        found.push({ name: child.name, node: child, text: this.text(child), line: this.line(child) });
    return found;
  }

  /** Splits at commas, or at another separator. */
  protected separated(parts: readonly Part[], sign = ','): readonly (readonly Part[])[] {
    const found: Part[][] = [[]];
    for (const part of parts)
      if (part.name === sign) found.push([]);
      else found.at(-1)?.push(part);
    return found.filter((group) => group.length > 0);
  }

  /** One expression, or a tuple without parentheses. */
  protected sequence(parts: readonly Part[], line: number): Syntax {
    const starred = this.separated(parts).map((group): Syntax => {
      const last = group.at(-1);
      if (!last) return { kind: 'other', type: 'Nothing', children: [], line };
      const value = this.expression(last.node);
      return group.length > 1 && group[0]?.name.startsWith('*')
        ? { kind: 'spread', operand: value, line }
        : value;
    });
    const hasComma = parts.some(({ name }) => name === ',');
    return starred.length === 1 && !hasComma && starred[0]
      ? starred[0]
      : { kind: 'list', items: starred, line };
  }

  protected expression(node: SyntaxNode): Syntax {
    const line = this.line(node);
    const parts = this.parts(node);
    switch (node.name) {
      case 'VariableName':
      case 'PropertyName':
        return { kind: 'name', name: this.text(node), line };
      case 'Number':
        return { kind: 'literal', type: 'number', value: this.text(node).replaceAll('_', ''), line };
      case 'Boolean':
        return { kind: 'literal', type: 'boolean', value: this.text(node).toLowerCase(), line };
      case 'None':
        return { kind: 'literal', type: 'null', value: 'None', line };
      case 'String':
        return { kind: 'literal', type: 'string', value: stringValue(this.text(node)), line };
      case 'ContinuedString':
        return this.joined(parts, line);
      case 'FormatString':
        return this.format(node, parts, line);
      case 'ParenthesizedExpression':
        return this.sequence(parts.slice(1, -1), line);
      case 'TupleExpression':
      case 'ArrayExpression':
      case 'SetExpression':
        return {
          kind: 'list',
          items: this.separated(parts.slice(1, -1)).map((group) => this.sequence(group, line)),
          line,
        };
      case 'DictionaryExpression':
        return {
          kind: 'record',
          entries: this.separated(parts.slice(1, -1)).flatMap((group) => this.entry(group)),
          line,
        };
      case 'CallExpression': {
        const [callee, list] = parts;
        if (!callee || !list) break;
        return {
          kind: 'call',
          callee: this.expression(callee.node),
          ...this.arguments(list.node),
          isNew: false,
          line,
        };
      }
      case 'MemberExpression':
        return this.member(parts, line);
      case 'BinaryExpression':
        return this.binary(parts, line);
      case 'UnaryExpression': {
        const [operator, operand] = [parts[0]?.text ?? '', parts[1]];
        if (!operand) break;
        const value = this.expression(operand.node);
        if (operator === '-' && value.kind === 'literal') return { ...value, value: `-${value.value}` };
        return { kind: 'unary', operator, operand: value, line };
      }
      case 'ConditionalExpression': {
        const [whenTrue, , test, , whenFalse] = parts;
        if (!whenTrue || !test || !whenFalse) break;
        return {
          kind: 'conditional',
          test: this.expression(test.node),
          whenTrue: this.expression(whenTrue.node),
          whenFalse: this.expression(whenFalse.node),
          line,
        };
      }
      case 'AwaitExpression': {
        const operand = parts.at(-1);
        if (!operand) break;
        return { kind: 'await', operand: this.expression(operand.node), line };
      }
      case 'LambdaExpression':
        return this.lambda(parts, line);
      default:
    }
    return this.other(node);
  }

  private joined(parts: readonly Part[], line: number): Syntax {
    const items = parts.map(({ node }) => this.expression(node));
    const texts = items.map((item) => (item.kind === 'literal' ? item.value : undefined));
    return texts.every((text) => text !== undefined)
      ? { kind: 'literal', type: 'string', value: texts.join(''), line }
      : { kind: 'template', texts: [...items.map(() => ''), ''], values: items, line };
  }

  private format(node: SyntaxNode, parts: readonly Part[], line: number): Syntax {
    const texts: string[] = [];
    const values: Syntax[] = [];
    let from = node.from + (/^[a-zA-Z]*("""|'''|"|')/.exec(this.text(node))?.[0].length ?? 0);
    for (const { name, node: replacement } of parts) {
      if (name !== 'FormatReplacement') continue;
      const value = this.parts(replacement).find((part) => part.name !== '{');
      texts.push(this.source.slice(from, replacement.from));
      values.push(value ? this.expression(value.node) : this.other(replacement));
      from = replacement.to;
    }
    texts.push(this.source.slice(from, node.to).replace(/("""|'''|"|')$/, ''));
    return { kind: 'template', texts, values, line };
  }

  private entry(group: readonly Part[]): readonly RecordEntry[] {
    if (group[0]?.name === '**')
      return group[1] ? [{ key: undefined, value: this.expression(group[1].node) }] : [];
    const [key, , value] = group;
    return key && value ? [{ key: this.expression(key.node), value: this.expression(value.node) }] : [];
  }

  private arguments(node: SyntaxNode): {
    readonly args: readonly Syntax[];
    readonly named: readonly Argument[];
  } {
    const args: Syntax[] = [];
    const named: Argument[] = [];
    // A generator alone is an argument without parentheses of its own.
    const inside = this.parts(node).slice(1, -1);
    if (inside.some(({ name }) => name === 'for')) return { args: [this.other(node)], named };
    for (const group of this.separated(inside)) {
      const [first, second, third] = group;
      if (first && second?.name === 'AssignOp' && third)
        named.push({ name: first.text, value: this.expression(third.node) });
      else args.push(this.sequence(group, this.line(node)));
    }
    return { args, named };
  }

  private member(parts: readonly Part[], line: number): Syntax {
    const [object, sign, property] = parts;
    if (!object || !property) return { kind: 'other', type: 'MemberExpression', children: [], line };
    const of = this.expression(object.node);
    if (sign?.name === '.') return { kind: 'member', object: of, property: property.text, line };
    const inside = parts.slice(2, -1);
    const isSlice = inside.some(({ name }) => name === ':');
    const key: Syntax = isSlice
      ? {
          kind: 'other',
          type: `Slice ${inside.map(({ text }) => text).join('')}`,
          children: [],
          line,
        }
      : this.sequence(inside, line);
    return {
      kind: 'member',
      object: of,
      property: key.kind === 'literal' && key.type === 'string' ? key.value : key,
      line,
    };
  }

  private binary(parts: readonly Part[], line: number): Syntax {
    const [left, right] = [parts[0], parts.at(-1)];
    if (!left || !right) return { kind: 'other', type: 'BinaryExpression', children: [], line };
    const operator = parts
      .slice(1, -1)
      .map(({ text }) => text)
      .join(' ');
    const sides = { left: this.expression(left.node), right: this.expression(right.node), line };
    return operator === 'and' || operator === 'or'
      ? { kind: 'logical', operator, ...sides }
      : { kind: 'binary', operator, ...sides };
  }

  private lambda(parts: readonly Part[], line: number): Syntax {
    const list = parts.find(({ name }) => name === 'ParamList');
    const value = parts.at(-1);
    return {
      kind: 'function',
      name: undefined,
      parameters: list ? this.parameters(list.node) : [],
      body: value ? [{ kind: 'return', value: this.expression(value.node), line }] : [],
      isExpression: true,
      isAsync: false,
      isGenerator: false,
      isExported: false,
      isAbstract: false,
      decorators: [],
      line,
    };
  }

  protected function(node: SyntaxNode, decorators: readonly Syntax[]): Syntax {
    const parts = this.parts(node);
    const list = parts.find(({ name }) => name === 'ParamList');
    const body = parts.find(({ name }) => name === 'Body');
    const isMethod =
      node.parent?.parent?.name === 'ClassDefinition' ||
      node.parent?.parent?.parent?.name === 'ClassDefinition';
    return {
      kind: 'function',
      name: parts.find(({ name }) => name === 'VariableName')?.text,
      parameters: list ? this.parameters(list.node) : [],
      body: body ? this.body(body.node) : [],
      isExpression: false,
      isAsync: parts[0]?.name === 'async',
      isGenerator: body !== undefined && yields(body.node),
      isExported: !isMethod && node.parent?.name !== 'Body',
      isAbstract: false,
      decorators,
      line: this.line(node),
    };
  }

  protected class(node: SyntaxNode, decorators: readonly Syntax[]): Syntax {
    const parts = this.parts(node);
    const list = parts.find(({ name }) => name === 'ArgList');
    const body = parts.find(({ name }) => name === 'Body');
    return {
      kind: 'class',
      name: parts.find(({ name }) => name === 'VariableName')?.text,
      bases: list ? this.arguments(list.node).args : [],
      members: body ? this.body(body.node) : [],
      isExported: true,
      isAbstract: false,
      decorators,
      line: this.line(node),
    };
  }

  /** `@a.b(c)` has no expression node of its own in this grammar. */
  protected decorator(node: SyntaxNode): Syntax {
    const line = this.line(node);
    const parts = this.parts(node);
    const [first, ...others] = parts.filter(({ name }) => name === 'VariableName' || name === 'PropertyName');
    const name = others.reduce<Syntax>(
      (object, { text }) => ({ kind: 'member', object, property: text, line }),
      { kind: 'name', name: first?.text ?? '', line },
    );
    const list = parts.find((part) => part.name === 'ArgList');
    return list ? { kind: 'call', callee: name, ...this.arguments(list.node), isNew: false, line } : name;
  }

  private parameters(node: SyntaxNode): readonly Parameter[] {
    const parts = this.parts(node).filter(({ name }) => !['(', ')', 'TypeDef'].includes(name));
    return this.separated(parts).flatMap((group): readonly Parameter[] => {
      const at = group.findIndex(({ name }) => name === 'VariableName');
      const named = group[at];
      if (!named) return [];
      const initial = group[at + 1]?.name === 'AssignOp' ? group[at + 2] : undefined;
      return [
        {
          pattern: this.expression(named.node),
          initial: initial ? this.expression(initial.node) : undefined,
          isRest: at > 0,
        },
      ];
    });
  }

  protected other(node: SyntaxNode): Syntax {
    const children = this.parts(node)
      .filter(({ node: child }) => /^[A-Z]/.test(child.name))
      .flatMap(({ node: child }) => (child.name === 'Body' ? this.body(child) : [this.expression(child)]));
    const type = children.length > 0 ? node.name : `${node.name} ${this.text(node).slice(0, 200)}`;
    return { kind: 'other', type, children, line: this.line(node) };
  }

  protected text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }

  protected line(node: { readonly from: number }): number {
    let [low, high] = [0, this.lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= node.from) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

const stringValue = (text: string): string => {
  const body = text.replace(/^[a-zA-Z]*("""|'''|"|')/, '').replace(/("""|'''|"|')$/, '');
  return /^[rR]/.test(text)
    ? body
    : body.replaceAll(/\\([nt'"\\])/g, (_, sign: string) => escapes[sign] ?? sign);
};
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** Whether `yield` occurs in a function itself, and not in an inner one. */
function yields(node: SyntaxNode): boolean {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (/^Yield(?:Statement|Expression)$/.test(child.name)) return true;
    if (!/^(?:FunctionDefinition|LambdaExpression|ClassDefinition)$/.test(child.name) && yields(child))
      return true;
  }
  return false;
}
