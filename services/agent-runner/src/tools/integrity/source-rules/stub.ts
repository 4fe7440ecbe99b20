import { print } from '../../syntax/print';
import type { ClassSyntax, FunctionSyntax, Syntax } from '../../syntax/syntax';
import { boundNames, constantText, dottedName, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { names } from '../request-words';
import type { Assertion } from '../test-model';
import type { SourceFinding, SourceRule } from './source-rule';

const unfinished =
  /\bnot (?:yet )?(?:been )?(?:implemented|supported yet)\b|\bunimplemented\b|\bnot ready\b|\bTODO\b|\bcoming soon\b|\bstub\b|NotImplemented/i;

/** A function without a real implementation. */
export const stub: SourceRule = (file, { intent, request, assertions }) => {
  if (file.role !== 'product' || intent === 'REVIEW') return [];
  const found: SourceFinding[] = [];
  const exported = exportedNames(file.syntax.body, file.syntax.language);
  const bases = new Set<string>();
  walk(file.syntax.body, (node) => {
    if (node.kind === 'class') for (const base of node.bases) bases.add(dottedName(base));
  });
  eachFunction(file.syntax.body, (node, name, owner) => {
    if (
      node.isAbstract ||
      (owner && isAbstract(owner, bases)) ||
      node.decorators.some((one) => /abstract|overload/.test(print(one)))
    )
      return;
    const kind = stubKind(node) ?? (answersForTests(node, name, assertions) ? 'partial' : undefined);
    if (kind === undefined) return;
    const isPublic = exported.has(name) || exported.has(owner?.name ?? '') || owner?.isExported === true;
    const isAsked = names(request, name) && name !== 'constructor';
    if (kind !== 'not implemented' && !(isPublic && isAsked)) return;
    found.push({
      subject: `${name} ${print(node).slice(0, 300)}`,
      finding: finding(
        'stub_as_feature',
        'high',
        `${name === '' ? 'A function' : `"${name}"`} ${says[kind]}.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Implement what the request asks for.',
      ),
    });
  });
  return found;
};

const says = {
  'not implemented': 'only says that it is not implemented',
  empty: 'does nothing',
  constant: 'answers the same whatever it is given',
  echo: 'answers what it is given',
  partial: 'leaves an argument out, and has what the tests hand over in its place',
} as const;

/** An argument is never read, and the function contains a value that tests pass to it. */
function answersForTests(
  { body, parameters }: FunctionSyntax,
  name: string,
  assertions: readonly Assertion[],
): boolean {
  const used = new Set<string>();
  const literals = new Set<string>();
  walk(body, (node) => {
    if (node.kind === 'name') used.add(node.name);
    if (node.kind === 'literal' && node.type !== 'boolean' && node.type !== 'null') literals.add(node.value);
  });
  const isIgnored = parameters.some(({ pattern }) =>
    boundNames(pattern).every((one) => !one.startsWith('_') && !used.has(one)),
  );
  if (!isIgnored || used.has('arguments')) return false;
  const given = assertions
    .filter(({ callees }) => callees.some((callee) => callee.split('.').at(-1) === name))
    .flatMap(({ inputs }) => inputs);
  return given.some((input) => !/^(?:|[01])$/.test(input) && literals.has(input));
}

function stubKind({ body, parameters }: FunctionSyntax): Exclude<keyof typeof says, 'partial'> | undefined {
  const own = new Set(parameters.flatMap(({ pattern }) => boundNames(pattern)));
  const isTalk = (node: Syntax) =>
    node.kind === 'call' &&
    /^(?:console\.\w+|print|logg(?:er|ing)\.\w+)$/.test(dottedName(node.callee)) &&
    !own.has(dottedName(node.callee).split('.')[0] ?? '');
  const statements = body.filter(
    (node) =>
      !(node.kind === 'literal' && node.type === 'string') &&
      !isTalk(node) &&
      !(node.kind === 'other' && /^(?:Ellipsis|\.\.\.)/.test(node.type)),
  );
  const [first] = statements;
  if (first?.kind === 'throw') return unfinished.test(print(first.value)) ? 'not implemented' : undefined;
  if (parameters.length === 0) return undefined;
  if (statements.length === 0) return 'empty';
  const answers = new Set<string>();
  let isEcho = true;
  let acts = false;
  let isOpen = !statements.some(({ kind }) => kind === 'return');
  walk(statements, (node) => {
    if (node.kind === 'function') {
      acts = true;
      return false;
    }
    if (node.kind === 'return') {
      const value = settled(node.value);
      isEcho &&= value?.kind === 'name' && own.has(value.name);
      if (value === undefined || isConstant(value)) answers.add(value === undefined ? '' : print(value));
      else if (value.kind === 'name' && (own.has(value.name) || value.name === 'this'))
        answers.add(value.name);
      else acts = true;
      return false;
    }
    if (
      node.kind === 'assign' ||
      node.kind === 'throw' ||
      node.kind === 'loop' ||
      (node.kind === 'call' && !isTalk(node))
    )
      acts = true;
    return true;
  });
  if (acts) return undefined;
  if (isOpen && answers.size === 0) return 'empty';
  isOpen = answers.size !== 1;
  return isOpen ? undefined : isEcho ? 'echo' : 'constant';
}

/** `Promise.resolve(1)` and `await 1` answer 1. */
function settled(node: Syntax | undefined): Syntax | undefined {
  if (node?.kind === 'await') return settled(node.operand);
  return node?.kind === 'call' && dottedName(node.callee) === 'Promise.resolve'
    ? settled(node.args[0])
    : node;
}

const isConstant = (node: Syntax): boolean =>
  constantText(node) !== undefined ||
  (node.kind === 'list' && node.items.every(isConstant)) ||
  (node.kind === 'record' && node.entries.every(({ value }) => isConstant(value))) ||
  (node.kind === 'unary' && isConstant(node.operand));

const isAbstract = (
  { name, bases, isAbstract: says, decorators, members }: ClassSyntax,
  extended: ReadonlySet<string>,
): boolean =>
  says ||
  extended.has(name ?? '') ||
  /^(?:Abstract|Base|Null|Noop|NoOp|Dummy|Fake)|(?:Base|Interface|Protocol|Mixin)$/.test(name ?? '') ||
  bases.some((base) => /(?:^|\.)(?:ABC|Protocol)$/.test(dottedName(base))) ||
  decorators.some((one) => /abstract/.test(print(one))) ||
  members.some(
    (member) => member.kind === 'function' && member.decorators.some((one) => /abstract/.test(print(one))),
  );

function eachFunction(
  body: readonly Syntax[],
  visit: (node: FunctionSyntax, name: string, owner: ClassSyntax | undefined) => void,
): void {
  walk(body, (node, ancestors) => {
    const owner = ancestors.find((one) => one.kind === 'class');
    if (node.kind === 'declare' && node.value?.kind === 'function' && node.target.kind === 'name') {
      visit(node.value, node.target.name, owner);
      return;
    }
    if (node.kind === 'assign' && node.value.kind === 'function') {
      visit(node.value, lastName(node.target), owner);
      return;
    }
    // A function in a list of arguments, or a method of a plain object, may legitimately do nothing.
    if (
      node.kind === 'function' &&
      node.name !== undefined &&
      !ancestors.some(({ kind }) => kind === 'record' || kind === 'call')
    )
      visit(node, node.name, owner);
  });
}

/** The exports of a module, of every kind. */
function exportedNames(body: readonly Syntax[], language: 'javascript' | 'python'): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of body) {
    if (node.kind === 'function' || node.kind === 'class') {
      const isPublic = language === 'python' ? !node.name?.startsWith('_') : node.isExported;
      if (isPublic && node.name !== undefined) found.add(node.name);
    }
    if (node.kind === 'declare' && (node.isExported || language === 'python'))
      for (const name of boundNames(node.target)) found.add(name);
    if (node.kind === 'import' && node.isExport)
      for (const { imported, local } of node.names) found.add(imported).add(local);
    if (node.kind === 'other' && node.type === 'ExportDefault')
      for (const child of node.children) if (child.kind === 'name') found.add(child.name);
    if (node.kind === 'assign' && /^(?:module\.exports|exports)/.test(dottedName(node.target))) {
      found.add(lastName(node.target));
      if (node.value.kind === 'name') found.add(node.value.name);
      if (node.value.kind === 'record')
        for (const { key } of node.value.entries) if (key?.kind === 'name') found.add(key.name);
    }
  }
  return found;
}
