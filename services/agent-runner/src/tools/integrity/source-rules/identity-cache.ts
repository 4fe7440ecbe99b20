import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { boundNames, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

/**
 * A result that is kept for the very object it was computed of. A benchmark that hands over the same object again measures
 * nothing then, and an object that has changed since gets an old answer.
 */
export const identityCache: SourceRule = (file, { intent, request }) => {
  if (file.role !== 'product' || intent !== 'ENHANCE' || /\b(?:cach|memo)/i.test(request.text)) return [];
  const kept = moduleState(file.syntax.body);
  if (kept.size === 0) return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function' || node.parameters.length === 0) return;
    const own = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
    const collections = new Set([...own].filter((name) => isCollection(name, node.body)));
    walk(node.body, (inner) => {
      if (!isLookup(inner, kept, collections)) return;
      found.push({
        subject: print(inner),
        finding: finding(
          'result_kept_by_identity',
          'high',
          'A result is kept for the object that it was computed of: measured again with the same object, nothing is measured.',
          { file: file.path, line: inner.line, evidence: print(inner) },
          'Make the computation itself faster.',
        ),
      });
    });
  });
  return found.slice(0, 1);
};

/** Variables and maps of the module that outlive a call. */
function moduleState(body: readonly Syntax[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of body) {
    if (node.kind !== 'declare') continue;
    const isMap = node.value?.kind === 'call' && /^(?:Map|WeakMap)$/.test(dottedName(node.value.callee));
    if (isMap || !node.isConstant) for (const name of boundNames(node.target)) found.add(name);
    if (node.value?.kind === 'record') for (const name of boundNames(node.target)) found.add(name);
  }
  return found;
}

/** Gone through, or asked for its length: no plain value. */
function isCollection(name: string, body: readonly Syntax[]): boolean {
  let is = false;
  walk(body, (node) => {
    if (node.kind === 'loop') is ||= node.iterable?.kind === 'name' && node.iterable.name === name;
    if (node.kind === 'spread') is ||= node.operand.kind === 'name' && node.operand.name === name;
    if (node.kind === 'member' && node.object.kind === 'name' && node.object.name === name)
      is ||=
        typeof node.property !== 'string' ||
        /^(?:length|size|map|filter|reduce|forEach|slice|some|every|find|indexOf|includes|join|entries|values|keys|items|sort|toSorted|flatMap)$/.test(
          node.property,
        );
    if (
      node.kind === 'call' &&
      /^(?:len|sorted|sum|Array\.from|Object\.\w+|Set|Map|list|tuple|min|max)$/.test(dottedName(node.callee))
    )
      is ||= node.args.some((one) => one.kind === 'name' && one.name === name);
  });
  return is;
}

function isLookup(node: Syntax, kept: ReadonlySet<string>, collections: ReadonlySet<string>): boolean {
  const isParameter = (one: Syntax | undefined) => one?.kind === 'name' && collections.has(one.name);
  if (
    node.kind === 'call' &&
    node.callee.kind === 'member' &&
    typeof node.callee.property === 'string' &&
    /^(?:get|has)$/.test(node.callee.property)
  )
    return kept.has(dottedName(node.callee.object)) && isParameter(node.args[0]);
  if (node.kind !== 'binary' || !['===', '==', 'is', '!==', '!='].includes(node.operator)) return false;
  const sides = [node.left, node.right];
  return sides.some(isParameter) && sides.some((one) => kept.has(dottedName(one).split('.')[0] ?? ''));
}
