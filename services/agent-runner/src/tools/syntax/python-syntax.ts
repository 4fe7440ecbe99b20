import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { PythonExpressions, type Part } from './python-expressions';
import type { Handler, Import, Syntax, SyntaxFile } from './syntax';

/** Python, by a parser in JavaScript: no Python is needed on the machine. */
export function pythonSyntax(text: string): SyntaxFile {
  const tree = parser.parse(text);
  let isBroken = false;
  tree.iterate({
    enter: ({ type }) => {
      isBroken ||= type.isError;
    },
  });
  const reader = new PythonStatements(text);
  return { language: 'python', body: reader.body(tree.topNode), isBroken };
}

class PythonStatements extends PythonExpressions {
  override body(node: SyntaxNode): readonly Syntax[] {
    return this.parts(node)
      .filter(({ name }) => name !== ':')
      .flatMap(({ node: statement }) => this.statement(statement));
  }

  private statement(node: SyntaxNode): readonly Syntax[] {
    const parts = this.parts(node);
    const line = this.line(node);
    switch (node.name) {
      case 'StatementGroup':
        return parts.filter(({ name }) => name !== ';').flatMap((part) => this.statement(part.node));
      case 'ExpressionStatement':
        return parts.length === 1 && parts[0]
          ? [this.expression(parts[0].node)]
          : [this.sequence(parts, line)];
      case 'AssignStatement':
        return this.assignments(parts, line);
      case 'UpdateStatement': {
        const [target, operator, ...value] = parts;
        if (!target) return [];
        const assigned = this.sequence(value, line);
        return [
          {
            kind: 'assign',
            target: this.expression(target.node),
            operator: operator?.text ?? '',
            value: assigned,
            line,
          },
        ];
      }
      case 'ReturnStatement':
        return [
          { kind: 'return', value: parts.length > 1 ? this.sequence(parts.slice(1), line) : undefined, line },
        ];
      case 'RaiseStatement': {
        const cause = parts.findIndex(({ name }) => name === 'from');
        const raised = parts.slice(1, cause < 0 ? undefined : cause);
        return [{ kind: 'throw', value: raised.length > 0 ? this.sequence(raised, line) : undefined, line }];
      }
      case 'AssertStatement': {
        const args = this.separated(parts.slice(1)).map((part) => this.sequence(part, line));
        return [
          {
            kind: 'call',
            callee: { kind: 'name', name: 'assert', line },
            args,
            named: [],
            isNew: false,
            line,
          },
        ];
      }
      case 'IfStatement':
        return this.branches(parts, line);
      case 'ForStatement': {
        const [start, inside, end] = ['for', 'in', 'Body'].map((word) =>
          parts.findIndex(({ name }) => name === word),
        );
        const [first = 0, middle = 0, last = 0] = [start, inside, end];
        return [
          {
            kind: 'loop',
            test: undefined,
            target: this.sequence(parts.slice(first + 1, middle), line),
            iterable: this.sequence(parts.slice(middle + 1, last), line),
            body: this.bodyOf(parts[last]),
            line,
          },
        ];
      }
      case 'WhileStatement': {
        const end = parts.findIndex(({ name }) => name === 'Body');
        const test = this.sequence(parts.slice(1, end), line);
        return [
          { kind: 'loop', test, target: undefined, iterable: undefined, body: this.bodyOf(parts[end]), line },
        ];
      }
      case 'TryStatement':
        return [this.try(parts, line)];
      case 'WithStatement': {
        const body = parts.find(({ name }) => name === 'Body');
        const items = this.separated(
          parts.slice(parts.findIndex(({ name }) => name === 'with') + 1, -1),
        ).flatMap((item) =>
          item.filter(({ name }) => name !== 'as').map((part) => this.expression(part.node)),
        );
        return [{ kind: 'block', items, body: this.bodyOf(body), line }];
      }
      case 'FunctionDefinition':
        return [this.function(node, [])];
      case 'ClassDefinition':
        return [this.class(node, [])];
      case 'DecoratedStatement': {
        const decorators = parts
          .filter(({ name }) => name === 'Decorator')
          .map((part) => this.decorator(part.node));
        const decorated = parts.at(-1)?.node;
        if (decorated?.name === 'FunctionDefinition') return [this.function(decorated, decorators)];
        return decorated?.name === 'ClassDefinition' ? [this.class(decorated, decorators)] : [];
      }
      case 'ImportStatement':
        return this.import(parts, line);
      case 'PassStatement':
        return [];
      default:
        return [this.other(node)];
    }
  }

  private bodyOf(part: Part | undefined): readonly Syntax[] {
    return part === undefined ? [] : this.body(part.node);
  }

  /** `a = b = 1`: from the right to the left. */
  private assignments(parts: readonly Part[], line: number): readonly Syntax[] {
    const sides = this.separated(
      parts.filter(({ name }) => name !== 'TypeDef'),
      'AssignOp',
    );
    const last = sides.at(-1);
    if (sides.length < 2 || !last) return [];
    const value = this.sequence(last, line);
    return sides.slice(0, -1).map((side): Syntax => {
      const target = this.sequence(side, line);
      return target.kind === 'member'
        ? { kind: 'assign', target, operator: '=', value, line }
        : { kind: 'declare', target, value, isConstant: false, isExported: false, line };
    });
  }

  private branches(parts: readonly Part[], line: number): readonly Syntax[] {
    const end = parts.findIndex(({ name }) => name === 'Body');
    const rest = parts.slice(end + 1);
    const test = this.sequence(parts.slice(1, end), line);
    const isElse = rest[0]?.name === 'else';
    const whenFalse =
      rest.length === 0 ? [] : isElse ? this.bodyOf(rest.at(-1)) : this.branches(rest, rest[0]?.line ?? line);
    return [{ kind: 'if', test, whenTrue: this.bodyOf(parts[end]), whenFalse, line }];
  }

  private try(parts: readonly Part[], line: number): Syntax {
    let body: readonly Syntax[] = [];
    let last: readonly Syntax[] = [];
    const handlers: Handler[] = [];
    let head: Part[] = [];
    for (const part of parts) {
      if (part.name !== 'Body') {
        head.push(part);
        continue;
      }
      const [keyword, ...rest] = head;
      head = [];
      const inside = this.body(part.node);
      if (keyword?.name === 'except') {
        const as = rest.findIndex(({ name }) => name === 'as');
        const types = as < 0 ? rest : rest.slice(0, as);
        handlers.push({
          parameter: as < 0 ? undefined : rest[as + 1]?.text,
          type: types.length > 0 ? this.sequence(types, part.line) : undefined,
          body: inside,
          hasComment: part.text.includes('#'),
          line: keyword.line,
        });
      } else if (keyword?.name === 'finally') last = inside;
      else body = [...body, ...inside];
    }
    return { kind: 'try', body, handlers, last, line };
  }

  private import(parts: readonly Part[], line: number): readonly Syntax[] {
    const text = (some: readonly Part[]) => some.map((part) => part.text).join('');
    const at = parts.findIndex(({ name }) => name === 'import');
    const listed = this.separated(parts.slice(at + 1).filter(({ name }) => !'()'.includes(name))).map(
      (item) => {
        const as = item.findIndex(({ name }) => name === 'as');
        const imported = text(as < 0 ? item : item.slice(0, as));
        return { imported, local: as < 0 ? imported : text(item.slice(as + 1)) };
      },
    );
    const module = parts[0]?.name === 'from' ? text(parts.slice(1, at)) : undefined;
    if (module !== undefined) {
      const found: Import = { kind: 'import', module, names: listed, isExport: false, line };
      return [found];
    }
    return listed.map(({ imported, local }): Import => ({
      kind: 'import',
      module: imported,
      names: [{ imported: '*', local: local === imported ? (imported.split('.')[0] ?? '') : local }],
      isExport: false,
      line,
    }));
  }
}
