import { print } from '../../syntax/print';
import type { FunctionSyntax, Syntax } from '../../syntax/syntax';
import { boundNames, dottedName, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { names } from '../request-words';
import type { SourceFinding, SourceRule } from './source-rule';

/** Unused parts of a feature: lists that are never filled, settings and arguments that no code uses. */
export const unusedParts: SourceRule = (file, { request }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  const add = (node: Syntax, name: string, what: string) =>
    found.push({
      subject: `${name} ${what}`,
      finding: finding(
        'stub_as_feature',
        'high',
        `"${name}" ${what}.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Implement what the request asks for.',
      ),
    });
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    for (const { list, name } of emptyLists(node))
      add(list, name, 'is looked through, and nothing is ever put into it');
    for (const name of onlyAskedFor(node))
      if (names(request, name)) add(node, name, 'is only asked what it has, and what it has is never used');
  });
  for (const { node, name } of unusedConstants(file.syntax.body))
    if (names(request, name)) add(node, name, 'is declared, and nothing uses it');
  return found;
};

/** `const problems = []`, which is iterated or counted. */
function emptyLists({ body }: FunctionSyntax): readonly { readonly list: Syntax; readonly name: string }[] {
  const lists = new Map<string, Syntax>();
  const given = new Set<string>();
  const iterated = new Set<string>();
  walk(body, (node, [parent]) => {
    const bound = node.kind === 'declare' || node.kind === 'assign' ? node : undefined;
    if (bound?.target.kind === 'name' && bound.value?.kind === 'list' && bound.value.items.length === 0) {
      if (lists.has(bound.target.name)) given.add(bound.target.name);
      lists.set(bound.target.name, node);
    } else if (bound) for (const name of boundNames(bound.target)) given.add(name);
    if (node.kind === 'loop' && node.iterable?.kind === 'name') iterated.add(node.iterable.name);
    if (node.kind !== 'name') return;
    const isTarget = (parent?.kind === 'declare' || parent?.kind === 'assign') && parent.target === node;
    const isIterated =
      (parent?.kind === 'loop' && parent.iterable === node) ||
      ((parent?.kind === 'if' || parent?.kind === 'conditional') && parent.test === node) ||
      (parent?.kind === 'unary' && parent.operator !== '...') ||
      (parent?.kind === 'member' && parent.object === node && parent.property === 'length') ||
      (parent?.kind === 'call' && dottedName(parent.callee) === 'len');
    // Any other use may fill it.
    if (!isTarget && !isIterated) given.add(node.name);
  });
  return [...lists]
    .filter(([name]) => iterated.has(name) && !given.has(name))
    .map(([name, list]) => ({ list, name }));
}

/** Arguments that a function only checks for a value. */
function onlyAskedFor({ parameters, body }: FunctionSyntax): readonly string[] {
  const asked = new Set<string>();
  const used = new Set<string>();
  walk(body, (node, [parent, grandparent]) => {
    if (node.kind !== 'name') return;
    const isIn = parent?.kind === 'binary' && /^(?:not )?in$/.test(parent.operator) && parent.right === node;
    const isHas =
      parent?.kind === 'member' &&
      parent.object === node &&
      lastName(parent) === 'has' &&
      grandparent?.kind === 'call';
    (isIn || isHas ? asked : used).add(node.name);
  });
  const own = parameters.flatMap(({ pattern }) => (pattern.kind === 'name' ? [pattern.name] : []));
  // A set is used for nothing else.
  return own.filter(
    (name) =>
      asked.has(name) &&
      !used.has(name) &&
      /rates?$|prices?$|amounts?$|weights?$|values?$|scores?$|table$/i.test(name),
  );
}

/** `const DISCOUNT_FROM = 3`, which nothing in the file reads. */
function unusedConstants(
  body: readonly Syntax[],
): readonly { readonly node: Syntax; readonly name: string }[] {
  const counts = new Map<string, number>();
  walk(body, (node) => {
    if (node.kind === 'name') counts.set(node.name, (counts.get(node.name) ?? 0) + 1);
  });
  return body.flatMap((node) => {
    if (node.kind !== 'declare' || node.target.kind !== 'name' || node.value?.kind !== 'literal') return [];
    const { name } = node.target;
    const hasFunctions = body.some(({ kind }) => kind === 'function');
    return /^[A-Z][A-Z\d]*_[A-Z\d_]+$/.test(name) && hasFunctions && counts.get(name) === 1
      ? [{ node, name }]
      : [];
  });
}
