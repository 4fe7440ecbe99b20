import ts from 'typescript';
import { ExpressionReader } from './javascript-expressions';
import type { Handler, Import, Syntax, SyntaxFile } from './syntax';

/** JavaScript, TypeScript and JSX, by TypeScript's own parser. */
export function javascriptSyntax(path: string, text: string): SyntaxFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, scriptKind(path));
  const reader = new StatementReader(source);
  const problems = (source as unknown as { parseDiagnostics?: readonly unknown[] }).parseDiagnostics ?? [];
  return {
    language: 'javascript',
    body: source.statements.flatMap((statement) => reader.statement(statement)),
    isBroken: problems.length > 0,
  };
}

/** A `.js` file may hold JSX; in `.ts` it would be a cast. */
function scriptKind(path: string): ts.ScriptKind {
  if (path.endsWith('.tsx')) return ts.ScriptKind.TSX;
  return /\.[cm]?ts$/.test(path) ? ts.ScriptKind.TS : ts.ScriptKind.JSX;
}

class StatementReader extends ExpressionReader {
  override statement(node: ts.Node): readonly Syntax[] {
    const line = this.line(node);
    if (ts.isBlock(node)) return [{ kind: 'block', items: [], body: this.statements(node.statements), line }];
    if (ts.isExpressionStatement(node)) return [this.expression(node.expression)];
    if (ts.isVariableStatement(node)) return this.declarations(node.declarationList, this.isExported(node));
    if (ts.isReturnStatement(node)) return [{ kind: 'return', value: this.optional(node.expression), line }];
    if (ts.isThrowStatement(node)) return [{ kind: 'throw', value: this.expression(node.expression), line }];
    if (ts.isIfStatement(node))
      return [
        {
          kind: 'if',
          test: this.expression(node.expression),
          whenTrue: this.body(node.thenStatement),
          whenFalse: node.elseStatement ? this.body(node.elseStatement) : [],
          line,
        },
      ];
    if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      const { initializer } = node;
      const target = ts.isVariableDeclarationList(initializer)
        ? this.pattern(initializer.declarations[0]?.name)
        : this.expression(initializer);
      const iterable = this.expression(node.expression);
      return [{ kind: 'loop', test: undefined, target, iterable, body: this.body(node.statement), line }];
    }
    if (ts.isForStatement(node)) {
      const { initializer, condition, incrementor, statement } = node;
      const before =
        initializer === undefined
          ? []
          : ts.isVariableDeclarationList(initializer)
            ? this.declarations(initializer, false)
            : [this.expression(initializer)];
      const body = [...this.body(statement), ...(incrementor ? [this.expression(incrementor)] : [])];
      const test = this.optional(condition);
      return [...before, { kind: 'loop', test, target: undefined, iterable: undefined, body, line }];
    }
    if (ts.isWhileStatement(node) || ts.isDoStatement(node))
      return [
        {
          kind: 'loop',
          test: this.expression(node.expression),
          target: undefined,
          iterable: undefined,
          body: this.body(node.statement),
          line,
        },
      ];
    if (ts.isTryStatement(node))
      return [
        {
          kind: 'try',
          body: this.statements(node.tryBlock.statements),
          handlers: node.catchClause ? [this.handler(node.catchClause)] : [],
          last: node.finallyBlock ? this.statements(node.finallyBlock.statements) : [],
          line,
        },
      ];
    if (ts.isSwitchStatement(node))
      return [
        {
          kind: 'switch',
          subject: this.expression(node.expression),
          cases: node.caseBlock.clauses.map((clause) => ({
            test: ts.isCaseClause(clause) ? this.expression(clause.expression) : undefined,
            body: this.statements(clause.statements),
            line: this.line(clause),
          })),
          line,
        },
      ];
    if (ts.isFunctionDeclaration(node)) return node.body ? [this.function(node)] : [];
    if (ts.isClassDeclaration(node)) return [this.class(node)];
    if (ts.isImportDeclaration(node)) return this.import(node);
    if (ts.isExportDeclaration(node)) return this.reexport(node);
    if (ts.isExportAssignment(node))
      return [{ kind: 'other', type: 'ExportDefault', children: [this.expression(node.expression)], line }];
    if (ts.isLabeledStatement(node)) return this.statement(node.statement);
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEmptyStatement(node))
      return [];
    if (ts.isModuleDeclaration(node)) return node.body ? this.statement(node.body) : [];
    if (ts.isModuleBlock(node)) return this.statements(node.statements);
    if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      const module = this.expression(node.moduleReference.expression);
      const names = [{ imported: '*', local: node.name.text }];
      return [{ kind: 'import', module: textOf(module), names, isExport: false, line }];
    }
    return [this.other(node)];
  }

  /** The content of a branch, with or without braces. */
  private body(node: ts.Statement): readonly Syntax[] {
    return ts.isBlock(node) ? this.statements(node.statements) : this.statement(node);
  }

  private declarations(list: ts.VariableDeclarationList, isExported: boolean): readonly Syntax[] {
    const isConstant = (list.flags & ts.NodeFlags.Const) !== 0;
    return list.declarations.map((declaration): Syntax => ({
      kind: 'declare',
      target: this.pattern(declaration.name),
      value: this.optional(declaration.initializer),
      isConstant,
      isExported,
      line: this.line(declaration),
    }));
  }

  private handler(clause: ts.CatchClause): Handler {
    const name = clause.variableDeclaration?.name;
    return {
      parameter: name && ts.isIdentifier(name) ? name.text : undefined,
      type: undefined,
      body: this.statements(clause.block.statements),
      hasComment: /\/[/*]/.test(this.source.text.slice(clause.block.pos, clause.block.end)),
      line: this.line(clause),
    };
  }

  private import(node: ts.ImportDeclaration): readonly Syntax[] {
    const clause = node.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
    const names = clause?.name ? [{ imported: 'default', local: clause.name.text }] : [];
    const bindings = clause?.namedBindings;
    const found: Import = {
      kind: 'import',
      module: textOf(this.expression(node.moduleSpecifier)),
      names: [
        ...names,
        ...(bindings === undefined
          ? []
          : ts.isNamespaceImport(bindings)
            ? [{ imported: '*', local: bindings.name.text }]
            : bindings.elements
                .filter(({ isTypeOnly }) => !isTypeOnly)
                .map(({ propertyName, name }) => ({
                  imported: (propertyName ?? name).text,
                  local: name.text,
                }))),
      ],
      isExport: false,
      line: this.line(node),
    };
    return [found];
  }

  private reexport(node: ts.ExportDeclaration): readonly Syntax[] {
    if (node.isTypeOnly) return [];
    const clause = node.exportClause;
    const names =
      clause && ts.isNamedExports(clause)
        ? clause.elements.map(({ propertyName, name }) => ({
            imported: (propertyName ?? name).text,
            local: name.text,
          }))
        : [{ imported: '*', local: '*' }];
    const module = node.moduleSpecifier ? textOf(this.expression(node.moduleSpecifier)) : '';
    return [{ kind: 'import', module, names, isExport: true, line: this.line(node) }];
  }
}

const textOf = (node: Syntax): string => (node.kind === 'literal' ? node.value : '');
