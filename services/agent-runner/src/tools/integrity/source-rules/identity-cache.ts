import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { boundNames, dottedName, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFile, SourceFinding, SourceRule } from './source-rule';

/**
 * A result that is cached by the identity of its input. A benchmark that passes the same object again then measures
 * nothing, and a changed object gets an old answer.
 */
export const identityCache: SourceRule = (file, { intent, request }) => {
  if (
    file.role !== 'product' ||
    intent !== 'ENHANCE' ||
    /\b(?:cach|memo|once\b|twice\b(?! as)|again\b|repeat|same (?:input|argument|value|pattern|key))/i.test(
      request.text,
    )
  )
    return [];
  const found: SourceFinding[] = [...keptById(file), ...keptWhole(file)];
  const kept = moduleState(file.syntax.body);
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function' || node.parameters.length === 0) return;
    const own = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
    const collections = new Set([...own].filter((name) => isCollection(name, node.body)));
    walk(node.body, (inner) => {
      if (isLookupBySize(inner, kept, collections, node.body)) {
        found.push({
          subject: print(inner),
          finding: finding(
            'result_kept_by_size',
            'high',
            'A result is kept by how many there are, not by what they are: others of the same number get an old answer.',
            { file: file.path, line: inner.line, evidence: print(inner) },
            'Make the computation itself faster.',
          ),
        });
        return;
      }
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

const byIdentity = (file: SourceFile, node: Syntax): SourceFinding => ({
  subject: print(node),
  finding: finding(
    'result_kept_by_identity',
    'high',
    'A result is kept for the object that it was computed of: measured again with the same object, nothing is measured.',
    { file: file.path, line: node.line, evidence: print(node) },
    'Make the computation itself faster.',
  ),
});

/** Python: `kept[id(record)]`, also where the identity is assigned to a name first. */
function keptById(file: SourceFile): readonly SourceFinding[] {
  if (file.syntax.language !== 'python') return [];
  const identities = new Set<string>();
  const isIdentity = (node: Syntax): boolean =>
    (node.kind === 'call' && dottedName(node.callee) === 'id' && node.args[0]?.kind === 'name') ||
    (node.kind === 'name' && identities.has(node.name));
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    const bound =
      node.kind === 'declare' || node.kind === 'assign'
        ? { target: node.target, value: node.value }
        : undefined;
    if (bound?.value && bound.target.kind === 'name' && isIdentity(bound.value))
      identities.add(bound.target.name);
    const isKept = node.kind === 'member' && typeof node.property !== 'string' && isIdentity(node.property);
    if (isKept) found.push(byIdentity(file, node));
  });
  return found;
}

/** All arguments of an exported function are stored in a map of the module with its result: it only looks faster. */
function keptWhole(file: SourceFile): readonly SourceFinding[] {
  const maps = new Set(
    file.syntax.body.flatMap((node) =>
      node.kind === 'declare' && node.value?.kind === 'call' && dottedName(node.value.callee) === 'Map'
        ? boundNames(node.target)
        : [],
    ),
  );
  const found: SourceFinding[] = [];
  for (const node of file.syntax.body) {
    if (node.kind !== 'function' || !node.isExported || node.parameters.length !== 1) continue;
    const [name] = boundNames(node.parameters[0]?.pattern ?? node);
    walk(node.body, (inner) => {
      if (
        inner.kind === 'call' &&
        inner.callee.kind === 'member' &&
        inner.callee.property === 'set' &&
        maps.has(dottedName(inner.callee.object)) &&
        inner.args[0]?.kind === 'name' &&
        inner.args[0].name === name &&
        !callsItself(node.body, node.name)
      )
        found.push(byIdentity(file, inner));
    });
  }
  return found;
}

function callsItself(body: readonly Syntax[], name: string | undefined): boolean {
  let is = false;
  walk(body, (node) => {
    is ||= node.kind === 'call' && dottedName(node.callee) === name;
  });
  return is;
}

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

/** Iterated, or read for its length: no plain value. */
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

/** `kept[items.length]`, or a key that contains no more of it. */
function isLookupBySize(
  node: Syntax,
  kept: ReadonlySet<string>,
  collections: ReadonlySet<string>,
  body: readonly Syntax[],
): boolean {
  const key =
    node.kind === 'member' && typeof node.property !== 'string' && kept.has(dottedName(node.object))
      ? node.property
      : node.kind === 'call' &&
          node.callee.kind === 'member' &&
          /^(?:get|has)$/.test(lastName(node.callee)) &&
          kept.has(dottedName(node.callee.object))
        ? node.args[0]
        : undefined;
  if (key === undefined) return false;
  const meant = key.kind === 'name' ? valueOf(key.name, body) : key;
  return meant !== undefined && [...collections].some((name) => isOnlySizeOf(name, meant));
}

function valueOf(name: string, body: readonly Syntax[]): Syntax | undefined {
  let value: Syntax | undefined;
  walk(body, (node) => {
    if (node.kind === 'declare' && node.target.kind === 'name' && node.target.name === name)
      value ??= node.value;
  });
  return value;
}

/** Only its length is read. */
function isOnlySizeOf(name: string, value: Syntax): boolean {
  let sizes = 0;
  let uses = 0;
  walk([value], (node) => {
    if (node.kind === 'name' && node.name === name) uses += 1;
    const isLength =
      node.kind === 'member' &&
      (node.property === 'length' || node.property === 'size') &&
      node.object.kind === 'name' &&
      node.object.name === name;
    const isLen =
      node.kind === 'call' &&
      dottedName(node.callee) === 'len' &&
      node.args[0]?.kind === 'name' &&
      node.args[0].name === name;
    if (isLength || isLen) sizes += 1;
  });
  return sizes > 0 && sizes === uses;
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
