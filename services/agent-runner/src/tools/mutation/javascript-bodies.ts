import ts from 'typescript';
import type { Body } from './mutant';

/** Functions that run their callbacks at once. */
const runsAtOnce =
  /^(?:map|forEach|filter|reduce|reduceRight|sort|toSorted|flatMap|some|every|find|findIndex|findLast|from|fromEntries|replace|replaceAll|then)$/;

const errorText = 'This function was emptied by the examination.';

/** The bodies of all outermost functions of a file, without constructors: objects must still be created. */
export function javascriptBodies(
  path: string,
  text: string,
): { readonly bodies: readonly Body[]; readonly isPartial: boolean } {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const typed = /\.[cm]?tsx?$/.test(path);
  const called = namesCalledAtLoad(source);
  const bodies: Body[] = [];
  let isPartial = false;
  const visit = (node: ts.Node): void => {
    if (!isFunction(node) || node.body === undefined) {
      ts.forEachChild(node, visit);
      return;
    }
    const isNeeded = ts.isConstructorDeclaration(node) || called.has(nameOf(node) ?? '');
    if (isNeeded || isRunAtOnce(node)) {
      isPartial ||= isNeeded && !ts.isConstructorDeclaration(node);
      // Its content runs at load time as well, except for the functions in it.
      if (!isNeeded) ts.forEachChild(node.body, visit);
      return;
    }
    bodies.push({
      start: node.body.getStart(source),
      end: node.body.getEnd(),
      throwing: `{ throw new Error('${errorText}'); }`,
      returning: typed ? '{ return undefined as never; }' : '{ return undefined; }',
    });
  };
  visit(source);
  return { bodies, isPartial };
}

type WithBody =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.AccessorDeclaration
  | ts.ConstructorDeclaration;

const isFunction = (node: ts.Node): node is WithBody =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isAccessor(node) ||
  ts.isConstructorDeclaration(node);

function nameOf(node: WithBody): string | undefined {
  if (node.name !== undefined) return ts.isIdentifier(node.name) ? node.name.text : undefined;
  const { parent } = node;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : undefined;
}

/** `(() => {...})()`, `values.map((value) => ...)`. */
function isRunAtOnce(node: WithBody): boolean {
  let { parent }: { parent: ts.Node } = node;
  while (ts.isParenthesizedExpression(parent)) ({ parent } = parent);
  if (!ts.isCallExpression(parent)) return false;
  if (!parent.arguments.some((argument) => argument === node)) return true;
  const { expression } = parent;
  return ts.isPropertyAccessExpression(expression) && runsAtOnce.test(expression.name.text);
}

function namesCalledAtLoad(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && !isRunAtOnce(node)) return;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) names.add(node.expression.text);
    if (ts.isDecorator(node) && ts.isIdentifier(node.expression)) names.add(node.expression.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
