import ts from 'typescript';
import type { FunctionSyntax, Parameter, RecordEntry, Syntax } from './syntax';

const comparisons: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '??': 'nullish' };

/** Expressions, functions and classes. Bodies are read by the reader of statements. */
export abstract class ExpressionReader {
  constructor(protected readonly source: ts.SourceFile) {}

  abstract statement(node: ts.Node): readonly Syntax[];

  protected statements(nodes: readonly ts.Node[]): readonly Syntax[] {
    return nodes.flatMap((node) => this.statement(node));
  }

  expression(node: ts.Node): Syntax {
    const line = this.line(node);
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isTypeAssertionExpression(node) ||
      ts.isExpressionWithTypeArguments(node)
    )
      return this.expression(node.expression);
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
      return node.text === 'undefined'
        ? { kind: 'literal', type: 'null', value: 'undefined', line }
        : { kind: 'name', name: node.text, line };
    const literal = literalOf(node);
    if (literal) return { kind: 'literal', ...literal, line };
    if (ts.isTemplateExpression(node))
      return {
        kind: 'template',
        texts: [node.head.text, ...node.templateSpans.map((span) => span.literal.text)],
        values: node.templateSpans.map((span) => this.expression(span.expression)),
        line,
      };
    if (ts.isArrayLiteralExpression(node))
      return { kind: 'list', items: node.elements.map((item) => this.expression(item)), line };
    if (ts.isObjectLiteralExpression(node))
      return { kind: 'record', entries: node.properties.flatMap((entry) => this.entry(entry)), line };
    if (ts.isCallExpression(node) || ts.isNewExpression(node))
      return {
        kind: 'call',
        callee:
          node.expression.kind === ts.SyntaxKind.ImportKeyword
            ? { kind: 'name', name: 'import', line }
            : this.expression(node.expression),
        args: (node.arguments ?? []).map((argument) => this.expression(argument)),
        named: [],
        isNew: ts.isNewExpression(node),
        line,
      };
    if (ts.isTaggedTemplateExpression(node)) {
      const callee = this.expression(node.tag);
      const template = this.expression(node.template);
      return { kind: 'call', callee, args: [template], named: [], isNew: false, line };
    }
    if (ts.isPropertyAccessExpression(node))
      return { kind: 'member', object: this.expression(node.expression), property: node.name.text, line };
    if (ts.isElementAccessExpression(node)) {
      const key = this.expression(node.argumentExpression);
      const property = key.kind === 'literal' && key.type === 'string' ? key.value : key;
      return { kind: 'member', object: this.expression(node.expression), property, line };
    }
    if (ts.isBinaryExpression(node)) return this.binary(node);
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const operator = ts.tokenToString(node.operator) ?? '';
      const operand = this.expression(node.operand);
      if (operator === '++' || operator === '--')
        return { kind: 'assign', target: operand, operator, value: operand, line };
      if (operator === '-' && operand.kind === 'literal') return { ...operand, value: `-${operand.value}` };
      return { kind: 'unary', operator: operator === '!' ? 'not' : operator, operand, line };
    }
    if (ts.isTypeOfExpression(node) || ts.isVoidExpression(node) || ts.isDeleteExpression(node))
      return {
        kind: 'unary',
        operator: ts.isTypeOfExpression(node) ? 'typeof' : ts.isVoidExpression(node) ? 'void' : 'delete',
        operand: this.expression(node.expression),
        line,
      };
    if (ts.isConditionalExpression(node))
      return {
        kind: 'conditional',
        test: this.expression(node.condition),
        whenTrue: this.expression(node.whenTrue),
        whenFalse: this.expression(node.whenFalse),
        line,
      };
    if (ts.isAwaitExpression(node)) return { kind: 'await', operand: this.expression(node.expression), line };
    if (ts.isSpreadElement(node)) return { kind: 'spread', operand: this.expression(node.expression), line };
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.function(node);
    if (ts.isClassExpression(node)) return this.class(node);
    if (node.kind === ts.SyntaxKind.ThisKeyword) return { kind: 'name', name: 'this', line };
    if (node.kind === ts.SyntaxKind.SuperKeyword) return { kind: 'name', name: 'super', line };
    if (ts.isMetaProperty(node))
      return {
        kind: 'member',
        object: { kind: 'name', name: 'import', line },
        property: node.name.text,
        line,
      };
    return this.other(node);
  }

  private binary(node: ts.BinaryExpression): Syntax {
    const operator = ts.tokenToString(node.operatorToken.kind) ?? ',';
    const [left, right] = [this.expression(node.left), this.expression(node.right)];
    const line = this.line(node);
    const logical = comparisons[operator];
    if (logical === 'and' || logical === 'or' || logical === 'nullish')
      return { kind: 'logical', operator: logical, left, right, line };
    const isAssignment =
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
    return isAssignment
      ? { kind: 'assign', target: left, operator, value: right, line }
      : { kind: 'binary', operator, left, right, line };
  }

  private entry(node: ts.ObjectLiteralElementLike): readonly RecordEntry[] {
    if (ts.isSpreadAssignment(node)) return [{ key: undefined, value: this.expression(node.expression) }];
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = this.expression(node.name);
      return [{ key: name, value: name }];
    }
    const key = this.propertyName(node.name);
    return [
      { key, value: ts.isPropertyAssignment(node) ? this.expression(node.initializer) : this.function(node) },
    ];
  }

  private propertyName(node: ts.PropertyName): Syntax {
    return this.expression(ts.isComputedPropertyName(node) ? node.expression : node);
  }

  protected pattern(node: ts.Node | undefined): Syntax {
    if (node === undefined) return { kind: 'name', name: '', line: 1 };
    const line = this.line(node);
    if (ts.isArrayBindingPattern(node))
      return { kind: 'list', items: node.elements.map((element) => this.bindingElement(element)), line };
    if (ts.isObjectBindingPattern(node))
      return {
        kind: 'record',
        entries: node.elements.map((element) => ({
          key: element.dotDotDotToken
            ? undefined
            : this.propertyName(element.propertyName ?? (element.name as ts.Identifier)),
          value: this.bindingElement(element),
        })),
        line,
      };
    return this.expression(node);
  }

  private bindingElement(node: ts.ArrayBindingElement): Syntax {
    if (!ts.isBindingElement(node))
      return { kind: 'other', type: 'Hole', children: [], line: this.line(node) };
    const target = this.pattern(node.name);
    if (node.dotDotDotToken) return { kind: 'spread', operand: target, line: target.line };
    return node.initializer
      ? { kind: 'assign', target, operator: '=', value: this.expression(node.initializer), line: target.line }
      : target;
  }

  protected function(node: ts.FunctionLikeDeclaration): FunctionSyntax {
    const { body } = node;
    const isExpression = body !== undefined && !ts.isBlock(body);
    const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
    const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind);
    return {
      kind: 'function',
      name: ts.isConstructorDeclaration(node) ? 'constructor' : nameText(node.name),
      parameters: node.parameters
        .filter(({ name }) => !(ts.isIdentifier(name) && name.text === 'this'))
        .map((parameter): Parameter => ({
          pattern: this.pattern(parameter.name),
          initial: this.optional(parameter.initializer),
          isRest: parameter.dotDotDotToken !== undefined,
        })),
      body:
        body === undefined
          ? []
          : ts.isBlock(body)
            ? this.statements(body.statements)
            : [{ kind: 'return', value: this.expression(body), line: this.line(body) }],
      isExpression,
      isAsync: has(ts.SyntaxKind.AsyncKeyword),
      isGenerator: 'asteriskToken' in node && node.asteriskToken !== undefined,
      isExported: has(ts.SyntaxKind.ExportKeyword),
      isAbstract: has(ts.SyntaxKind.AbstractKeyword) || body === undefined,
      decorators: this.decorators(node),
      line: this.line(node),
    };
  }

  protected class(node: ts.ClassLikeDeclaration): Syntax {
    return {
      kind: 'class',
      name: node.name?.text,
      bases: (node.heritageClauses ?? [])
        .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
        .flatMap(({ types }) => types.map((type) => this.expression(type))),
      members: node.members.flatMap((member): readonly Syntax[] => {
        if (ts.isPropertyDeclaration(member))
          return [
            {
              kind: 'declare',
              target: this.propertyName(member.name),
              value: this.optional(member.initializer),
              isConstant: false,
              isExported: false,
              line: this.line(member),
            },
          ];
        if (ts.isClassStaticBlockDeclaration(member)) return this.statements(member.body.statements);
        return ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member) || ts.isAccessor(member)
          ? [this.function(member)]
          : [];
      }),
      isExported: this.isExported(node),
      isAbstract: (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword),
      decorators: this.decorators(node),
      line: this.line(node),
    };
  }

  private decorators(node: ts.Node): readonly Syntax[] {
    const found = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
    return found.map((decorator) => this.expression(decorator.expression));
  }

  protected other(node: ts.Node): Syntax {
    const children: Syntax[] = [];
    ts.forEachChild(node, (child) => {
      if (ts.isTypeNode(child)) return;
      if (ts.isStatement(child)) children.push(...this.statement(child));
      else children.push(this.expression(child));
    });
    const type = ts.isJsxText(node) ? `JsxText ${node.text.trim()}` : (ts.SyntaxKind[node.kind] ?? '');
    return { kind: 'other', type, children, line: this.line(node) };
  }

  protected optional(node: ts.Node | undefined): Syntax | undefined {
    return node === undefined ? undefined : this.expression(node);
  }

  protected isExported(node: ts.Node): boolean {
    return (
      ts.canHaveModifiers(node) &&
      (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    );
  }

  protected line(node: ts.Node): number {
    return this.source.getLineAndCharacterOfPosition(node.getStart(this.source)).line + 1;
  }
}

function literalOf(
  node: ts.Node,
): { type: 'string' | 'number' | 'boolean' | 'null' | 'regexp'; value: string } | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return { type: 'string', value: node.text };
  if (ts.isNumericLiteral(node)) return { type: 'number', value: String(Number(node.text)) };
  if (ts.isBigIntLiteral(node)) return { type: 'number', value: node.text };
  if (ts.isRegularExpressionLiteral(node)) return { type: 'regexp', value: node.text };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { type: 'boolean', value: 'true' };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { type: 'boolean', value: 'false' };
  return node.kind === ts.SyntaxKind.NullKeyword ? { type: 'null', value: 'null' } : undefined;
}

function nameText(name: ts.Node | undefined): string | undefined {
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)
    ? name.text
    : undefined;
}
