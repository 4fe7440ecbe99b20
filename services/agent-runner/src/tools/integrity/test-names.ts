import type { FunctionSyntax, Syntax, SyntaxFile } from '../syntax/syntax';
import { boundNames, dottedName, walk } from '../syntax/walk';
import type { AssertionNames } from './assertion';

/** The meanings of the names in a test file. */
export interface TestNames extends AssertionNames {
  /** A local name and its test function: `test`, `describe`, `it.skip`. */
  readonly tests: ReadonlyMap<string, string>;
  /** Local names that come from the product or the file itself, so that no library's meaning applies. */
  readonly foreign: ReadonlySet<string>;
  /** Local functions, which are followed where they are called. */
  readonly functions: ReadonlyMap<string, Extract<Syntax, { kind: 'function' }>>;
}

const testModules =
  /^(?:node:test|test|vitest|@jest\/globals|mocha|ava|tap|tape|uvu|bun:test|@playwright\/test|jasmine|qunit|zora|@std\/testing\/bdd|poku)$/;
const assertionModules =
  /^(?:(?:node:)?assert(?:\/strict)?|chai|uvu\/assert|power-assert|should|expect|expect\.js|unexpected|@std\/assert|@std\/expect|vitest|@jest\/globals|bun:test|@playwright\/test|testdouble|sinon|pytest)$/;

const testFunctions: ReadonlySet<string> = new Set(
  'test it specify describe suite context xit xtest xdescribe xspecify xcontext xsuite fit fdescribe fcontext ftest fspecify'.split(
    ' ',
  ),
);
export const isGroup = (name: string): boolean => /^[xf]?(?:describe|suite|context)$/.test(name);

export type Functions = ReadonlyMap<string, FunctionSyntax>;

interface Imported {
  readonly module: string;
  readonly imported: string;
  readonly local: string;
}

/** Imports of both kinds: `import`, and `const ... = require(...)`. */
export function importsOf(file: SyntaxFile): readonly Imported[] {
  const found: Imported[] = [];
  walk(file.body, (node) => {
    if (node.kind === 'import' && !node.isExport)
      for (const name of node.names) found.push({ module: node.module, ...name });
    if (node.kind !== 'declare' || node.value === undefined) return;
    const required = requiredModule(node.value);
    if (required === undefined) return;
    const { module, member } = required;
    if (node.target.kind === 'name') found.push({ module, imported: member ?? '*', local: node.target.name });
    if (node.target.kind !== 'record') return;
    for (const { key, value } of node.target.entries)
      for (const local of boundNames(value))
        found.push({ module, imported: key?.kind === 'name' ? key.name : local, local });
  });
  return found;
}

/** Every module that a file imports; also a plain `require('./a.js');`. */
export function modulesOf({ body }: Pick<SyntaxFile, 'body'>): readonly string[] {
  const found: string[] = [];
  walk(body, (node) => {
    if (node.kind === 'import') found.push(node.module);
    const required = node.kind === 'call' ? requiredModule(node) : undefined;
    if (required !== undefined) found.push(required.module);
  });
  return found;
}

function requiredModule(node: Syntax): { readonly module: string; readonly member?: string } | undefined {
  if (node.kind === 'await') return requiredModule(node.operand);
  if (node.kind === 'member' && typeof node.property === 'string') {
    const inner = requiredModule(node.object);
    return inner && { ...inner, member: node.property };
  }
  if (node.kind !== 'call' || !['require', 'import'].includes(dottedName(node.callee))) return undefined;
  const [module] = node.args;
  return module?.kind === 'literal' ? { module: module.value } : undefined;
}

/** `helpers`: the project's own functions that a test file imports, by their local names. */
export function testNames(file: SyntaxFile, helpers: Functions = new Map()): TestNames {
  const tests = new Map<string, string>([...testFunctions].map((name) => [name, name]));
  const imported = new Map<string, string>();
  const objects = new Set(['assert', 'chai']);
  const foreign = new Set<string>();
  const loose = new Set<string>();
  const functions = new Map<string, FunctionSyntax>();
  for (const { module, imported: name, local } of importsOf(file)) {
    if (testModules.test(module)) {
      const meant = name === 'default' || name === '*' ? 'test' : name;
      if (testFunctions.has(meant)) tests.set(local, meant);
      // `import { skip as test }`
      if (/^(?:skip|todo|only)$/.test(meant)) tests.set(local, `test.${meant}`);
    }
    if (/^(?:node:)?assert$/.test(module) && ['default', '*'].includes(name)) loose.add(local);
    if (assertionModules.test(module)) {
      if (['default', '*', 'assert', 'strict', 'expect'].includes(name)) objects.add(local);
      else imported.set(local, name);
      if (name === 'expect') imported.delete(local);
      continue;
    }
    if (!testModules.test(module)) {
      foreign.add(local);
      if (testFunctions.has(local)) tests.delete(local);
    }
  }
  walk(file.body, (node) => {
    if (node.kind === 'function' && node.name !== undefined) functions.set(node.name, node);
    if (node.kind !== 'declare' || node.target.kind !== 'name' || node.value === undefined) return;
    const { name } = node.target;
    if (node.value.kind === 'function') functions.set(name, node.value);
    // Another name for a test function, or for one of two.
    const alias = aliasOf(node.value, tests);
    if (alias !== undefined) tests.set(name, alias);
  });
  for (const name of functions.keys()) {
    foreign.add(name);
    tests.delete(name);
  }
  const ownFunctions = new Set(functions.keys());
  for (const [local, helper] of helpers) if (!functions.has(local)) functions.set(local, helper);
  return { tests, imported, objects, loose, foreign, functions, ownFunctions };
}

/** The top-level functions of a file, by name. */
export function functionsOf({ body }: SyntaxFile): Functions {
  const found = new Map<string, FunctionSyntax>();
  for (const node of body) {
    if (node.kind === 'function' && node.name !== undefined) found.set(node.name, node);
    if (node.kind === 'declare' && node.target.kind === 'name' && node.value?.kind === 'function')
      found.set(node.target.name, node.value);
  }
  return found;
}

function aliasOf(value: Syntax, tests: ReadonlyMap<string, string>): string | undefined {
  if (value.kind === 'conditional') {
    const [one, other] = [aliasOf(value.whenTrue, tests), aliasOf(value.whenFalse, tests)];
    if (one === undefined || other === undefined) return undefined;
    return one === other ? one : `${one.split('.')[0]}.maybe`;
  }
  const [root, ...rest] = dottedName(value).split('.');
  const meant = tests.get(root ?? '');
  return meant === undefined || rest.some((word) => word.includes('('))
    ? undefined
    : [meant, ...rest].join('.');
}
