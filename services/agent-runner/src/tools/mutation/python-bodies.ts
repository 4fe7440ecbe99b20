import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Body } from './mutant';

const errorText = 'This function was emptied by the examination.';
/** Without them no object can be created. */
const makers: ReadonlySet<string> = new Set(['__init__', '__new__', '__post_init__', '__init_subclass__']);

/** The bodies of all outermost functions of a file. A docstring stays: it may contain tests. */
export function pythonBodies(text: string): {
  readonly bodies: readonly Body[];
  readonly isPartial: boolean;
} {
  const tree = parser.parse(text);
  const called = namesCalledAtLoad(tree.topNode, text);
  const bodies: Body[] = [];
  let isPartial = false;
  const visit = (node: SyntaxNode): void => {
    if (node.name !== 'FunctionDefinition') {
      for (const child of childrenOf(node)) visit(child);
      return;
    }
    const name = nameOf(node, text);
    const body = node.getChild('Body');
    if (!body || makers.has(name)) return;
    if (called.has(name)) isPartial = true;
    else bodies.push(emptied(node, body, text));
  };
  visit(tree.topNode);
  return { bodies, isPartial };
}

function emptied(node: SyntaxNode, body: SyntaxNode, text: string): Body {
  const start = text.lastIndexOf('\n', node.from) + 1;
  const outer = /^[ \t]*/.exec(text.slice(start, node.from))?.[0] ?? '';
  const first = childrenOf(body).find(({ name }) => name !== ':');
  const docstring =
    first?.name === 'ExpressionStatement' && first.firstChild?.name === 'String'
      ? `\n${outer}    ${text.slice(first.firstChild.from, first.firstChild.to)}`
      : '';
  const rest = /\n\s*$/.test(text.slice(body.from, body.to)) ? '\n' : '';
  const filled = (statement: string) => `:${docstring}\n${outer}    ${statement}${rest}`;
  return {
    start: body.from,
    end: body.to,
    throwing: filled(`raise RuntimeError("${errorText}")`),
    returning: filled('return None'),
  };
}

/** Called, or used as a decorator, outside of functions. Code that runs only as the main program does not count. */
function namesCalledAtLoad(top: SyntaxNode, text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: SyntaxNode): void => {
    if (node.name === 'FunctionDefinition' || node.name === 'LambdaExpression') return;
    if (node.name === 'IfStatement' && /^if\s+__name__\s*==/.test(text.slice(node.from, node.to))) return;
    const callee =
      node.name === 'CallExpression' || node.name === 'Decorator' ? node.getChild('VariableName') : null;
    if (callee) names.add(text.slice(callee.from, callee.to));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(top);
  return names;
}

const nameOf = (node: SyntaxNode, text: string): string => {
  const name = node.getChild('VariableName');
  return name ? text.slice(name.from, name.to) : '';
};

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
