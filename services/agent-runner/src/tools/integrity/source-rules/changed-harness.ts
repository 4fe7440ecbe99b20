import { print } from '../../syntax/print';
import type { FunctionSyntax, Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { importsOf } from '../test-names';
import type { SourceFinding, SourceRule } from './source-rule';

const harnessModule =
  /^(?:(?:node:)?assert(?:\/strict)?|node:test|test|vitest|@jest\/globals|chai|mocha|ava|tap|tape|unittest|pytest|expect|jasmine|sinon|(?:node:)?util)(?:$|[./])/;
const harnessGlobal = /^(?:assert|expect|describe|it|test|jest|vi|jasmine|mocha|suite|beforeEach|afterEach)$/;
const clock =
  /^(?:(?:globalThis|global|window)\.)?(?:performance\.(?:now|timeOrigin|mark|measure)|Date(?:\.now)?|process\.(?:hrtime(?:\.bigint)?|uptime)|time\.(?:time|perf_counter|monotonic|process_time)(?:_ns)?|timeit\.default_timer|setTimeout|setInterval)$/;
const builtinPrototype =
  /^(?:Object|Array|String|Number|Boolean|Function|Promise|Error|Map|Set|RegExp|Symbol|Date)\.prototype(?:\.|$)/;
const builtinStatic =
  /^(?:Object|JSON|Array|Number|String|Promise|Reflect|Symbol|Error|Map|Set|Math|BigInt|RegExp)\.(?!prototype)\w+$/;
const moduleSystem =
  /^(?:require\.cache|Module\.(?:_load|_resolveFilename|prototype\.require)|module\.constructor\.\w+|sys\.modules|require\.extensions|builtins\.\w+|__builtins__\.\w+)/;

/** Code that changes the tools of tests: assertions, runners, built-in objects, clocks. */
export const changedHarness: SourceRule = (file, { request }) => {
  const found: SourceFinding[] = [];
  const locals = new Map(
    importsOf(file.syntax)
      .filter(({ module }) => harnessModule.test(module))
      .map(({ local, module }) => [local, module]),
  );
  const isTestSide = file.role === 'test' || file.role === 'setup';
  walk(file.syntax.body, (node, ancestors) => {
    const target = changedTarget(node);
    if (target === undefined) return;
    const name = nameOf(target);
    const [root = '', ...rest] = name.split('.');
    const globalName = /^(?:globalThis|global|window)$/.test(root) ? rest[0] : undefined;
    const isHarness =
      (locals.has(root) && rest.length > 0) ||
      (globalName !== undefined && harnessGlobal.test(globalName)) ||
      (rest.length > 0 && (isTestSide ? harnessGlobal : /^(?:assert|expect|jest|vi|jasmine)$/).test(root)) ||
      /(?:^|\.)(?:TestCase|TestResult|TestLoader|TextTestRunner)\.\w+/.test(name);
    // A test may stop its own clock.
    const isClock = clock.test(name) && file.role !== 'test' && file.role !== 'setup';
    const isModules =
      moduleSystem.test(name) ||
      (builtinStatic.test(name) &&
        !(isTestSide && name.startsWith('Math.')) &&
        !isPolyfill(node, ancestors, request.text));
    const isBuiltin = builtinPrototype.test(name) && !isPolyfill(node, ancestors, request.text);
    if (!isHarness && !isClock && !isModules && !isBuiltin) return;
    const code = isClock ? 'clock_changed' : 'harness_changed';
    const isGrave =
      isHarness || isClock || isModules || file.role !== 'product' || name.startsWith('Object.prototype');
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        code,
        isGrave ? 'high' : 'medium',
        isClock
          ? `${name} is replaced: what is measured by it says nothing.`
          : `${name} is replaced: what tests are compared with is changed.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Leave the tools of the tests unchanged.',
      ),
    });
  });
  return [...found, ...equalToEverything(file)];
};

/** `assert[name] = ...` replaces any of its functions. */
const nameOf = (target: Syntax): string =>
  dottedName(target) || (target.kind === 'member' ? `${dottedName(target.object)}.*` : '');

/** The target of an assignment, a definition of a property, or a mock. */
function changedTarget(node: Syntax): Syntax | undefined {
  if (node.kind === 'assign')
    return node.target.kind === 'member'
      ? node.target
      : node.operator === '=' &&
          node.target.kind === 'name' &&
          /^(?:Date|assert|expect)$/.test(node.target.name)
        ? node.target
        : undefined;
  if (node.kind === 'unary' && node.operator === 'delete') return node.operand;
  if (node.kind !== 'call') return undefined;
  const name = dottedName(node.callee);
  const [object, key] = node.args;
  if (!object) return undefined;
  if (
    /^(?:Object\.definePropert(?:y|ies)|Reflect\.(?:set|defineProperty)|setattr|Object\.assign)$|(?:^|\.)(?:mock\.method|spyOn|patch\.object|replace|setattr)$/.test(
      name,
    )
  ) {
    const property = key && constantText(key);
    const [first] = key?.kind === 'record' ? key.entries : [];
    const named = property ?? (first?.key && print(first.key).replaceAll('"', ''));
    return named === undefined ? object : { kind: 'member', object, property: named, line: node.line };
  }
  return undefined;
}

/** `if (!Array.prototype.at) Array.prototype.at = ...` adds what is missing. */
const isPolyfill = (node: Syntax, ancestors: readonly Syntax[], request: string): boolean =>
  /polyfill|shim/i.test(request) ||
  ancestors.some((one) => one.kind === 'if' && /\.prototype|typeof|^not\(/.test(print(one.test))) ||
  (node.kind === 'assign' && ['??=', '||='].includes(node.operator));

/** Objects that claim to be equal to every other object. */
function equalToEverything(file: Parameters<SourceRule>[0]): readonly SourceFinding[] {
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function' || !/^(?:__eq__|__ne__|asymmetricMatch|equals)$/.test(node.name ?? ''))
      return;
    if (!answersWithoutItself(node, file.syntax.language)) return;
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'harness_changed',
        'high',
        `${node.name ?? ''} answers the same whatever it is compared with.`,
        { file: file.path, line: node.line },
        'Compare what makes two of them equal.',
      ),
    });
  });
  return found;
}

/** A comparison that returns true without reading its own object. */
function answersWithoutItself(
  { name, parameters, body }: FunctionSyntax,
  language: 'javascript' | 'python',
): boolean {
  const [only] = body;
  if (body.length === 1 && only?.kind === 'return' && only.value?.kind === 'literal')
    return only.value.type === 'boolean';
  const [first] = parameters;
  if (language !== 'python' || name !== '__eq__' || first?.pattern.kind !== 'name') return false;
  const itself = first.pattern.name;
  let reads = false;
  let answers = false;
  walk(body, (node) => {
    if (node.kind === 'name' && (node.name === itself || node.name === 'super')) reads = true;
    if (node.kind === 'return' && node.value)
      answers ||= !/^(?:NotImplemented|False|false)$/.test(print(node.value));
  });
  return answers && !reads;
}
