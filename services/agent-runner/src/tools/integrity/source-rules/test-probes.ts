import { print } from '../../syntax/print';
import type { Syntax, SyntaxFile } from '../../syntax/syntax';
import { constantText, dottedName, lastName, walk } from '../../syntax/walk';

/** Variables that only a test runner sets. */
const runnerVariable =
  /^(?:JEST_WORKER_ID|JEST_\w+|VITEST(?:_\w+)?|NODE_TEST_CONTEXT|MOCHA\w*|AVA_PATH|TAP(?:_\w+)?|PLAYWRIGHT_\w+|TEST_WORKER_INDEX|PYTEST_CURRENT_TEST|PYTEST_\w+|npm_lifecycle_event|npm_lifecycle_script|BENCH(?:MARK)?(?:_\w+)?|BENCHMARKING|IS_BENCH\w*|IN_BENCH\w*|COVERAGE_RUN|NODE_V8_COVERAGE)$/;
/** Variables whose value, or presence, tells that tests run. */
const ownVariable =
  /^(?:TEST|TESTING|IS_TEST|IN_TEST|UNDER_TEST|RUNNING_TESTS|TEST_MODE|UNIT_TEST|UNITTEST|TEST_ENV)$/;
const runnerWord =
  /\b_?(?:test|tests|spec|jest|vitest|mocha|ava|tape|jasmine|pytest|unittest|nose|bench|benchmark|perf)\b|\.test\.|\.spec\.|--test/i;
const aboutTheProcess =
  /^(?:process\.(?:argv|execArgv|title|env\.npm_\w+)|sys\.(?:argv|modules)|require\.main(?:\.filename|\.children)?|module\.parent(?:\.\w+)?|import\.meta\.(?:url|filename|dirname)|__filename|Deno\.(?:args|mainModule)|new Error|Error\(\)|inspect\.stack|traceback\.\w+|__main__\.__file__|Bun\.main|require\.cache)/;
const runnerGlobals =
  /^(?:jest|describe|it|test|vi|mocha|jasmine|suite|expect|beforeEach|afterEach|__vitest_worker__|__coverage__)$/;

/** The variable of the environment that an expression reads. */
function environmentVariable(node: Syntax): string | undefined {
  if (node.kind === 'member') {
    const object = dottedName(node.object);
    const name = typeof node.property === 'string' ? node.property : constantText(node.property);
    if (/^(?:process\.env|os\.environ|import\.meta\.env|Deno\.env|Bun\.env|env|environ)$/.test(object))
      return name;
  }
  if (
    node.kind === 'call' &&
    /^(?:os\.environ\.get|os\.getenv|environ\.get|getenv|Deno\.env\.get)$/.test(dottedName(node.callee))
  )
    return node.args[0] && constantText(node.args[0]);
  return undefined;
}

/** Whether an expression reads a variable that only a test runner sets. */
export const isRunnerVariable = (node: Syntax): boolean =>
  runnerVariable.test(environmentVariable(node) ?? '');

/** Whether an expression detects that tests or benchmarks are running. */
export function isTestProbe(node: Syntax): boolean {
  const variable = environmentVariable(node);
  if (variable !== undefined) return runnerVariable.test(variable) || ownVariable.test(variable);
  if (node.kind === 'member' && dottedName(node) === 'import.meta.vitest') return true;
  if (node.kind === 'member' && /^(?:globalThis|global|window|self)$/.test(dottedName(node.object)))
    return typeof node.property === 'string' && runnerGlobals.test(node.property);
  if (node.kind === 'unary' && node.operator === 'typeof')
    return node.operand.kind === 'name' && runnerGlobals.test(node.operand.name);
  if (node.kind === 'binary') return comparesWithTest(node);
  if (node.kind !== 'call') return false;
  const name = lastName(node.callee);
  if (
    !/^(?:includes|some|startsWith|endsWith|test|match|indexOf|find|any|search|has|startswith|endswith|filter|every)$/.test(
      name,
    )
  )
    return false;
  const object = node.callee.kind === 'member' ? node.callee.object : undefined;
  if (object === undefined) return false;
  const texts = [object, ...node.args];
  // A function must not depend on its caller, whatever it looks for.
  return texts.some(readsCaller) || (texts.some(readsProcess) && texts.some(mentionsRunner));
}

function comparesWithTest({ operator, left, right }: Extract<Syntax, { kind: 'binary' }>): boolean {
  const sides = [left, right];
  if (operator === 'in' || operator === 'not in')
    return (
      (readsProcess(right) || /^(?:os\.environ|process\.env|globalThis|global)$/.test(dottedName(right))) &&
      [left].some(
        (one) =>
          mentionsRunner(one) ||
          runnerVariable.test(constantText(one) ?? '') ||
          runnerGlobals.test(constantText(one) ?? ''),
      )
    );
  if (!['==', '===', '!=', '!==', 'is', 'is not'].includes(operator)) return false;
  const isMode = sides.some((one) =>
    /^(?:NODE_ENV|APP_ENV|ENV|ENVIRONMENT|MODE|RAILS_ENV|FLASK_ENV|BABEL_ENV|RUNTIME_ENV)$/.test(
      environmentVariable(one) ?? '',
    ),
  );
  return isMode && sides.some((one) => /^(?:test|testing|bench|benchmark)$/i.test(constantText(one) ?? ''));
}

const aboutTheCaller =
  /^(?:require\.main\.|module\.parent|inspect\.stack|__main__\.|Error\(\)\.stack|Deno\.mainModule|Bun\.main)|^process\.argv\[?\.?1/;
const readsCaller = (node: Syntax): boolean => {
  let is = false;
  walk([node], (inner) => {
    is ||= aboutTheCaller.test(dottedName(inner)) || aboutTheCaller.test(print(inner));
  });
  return is;
};

const readsProcess = (node: Syntax): boolean => {
  let is =
    aboutTheProcess.test(
      print(node)
        .replaceAll(/[()[\]]/g, ' ')
        .trim(),
    ) || /\bstack\b/.test(dottedName(node));
  walk([node], (inner) => {
    is ||=
      aboutTheProcess.test(dottedName(inner)) ||
      (inner.kind === 'call' && inner.isNew && dottedName(inner.callee) === 'Error');
  });
  return is;
};

const mentionsRunner = (node: Syntax): boolean => {
  let is = false;
  walk([node], (inner) => {
    if (inner.kind === 'literal') is ||= runnerWord.test(inner.value);
    const constant = constantText(inner);
    if (constant !== undefined) is ||= runnerWord.test(constant);
  });
  return is;
};

/** Names that stand for such an expression: `const isTest = ...`, `function inTest() { ... }`. */
export function probeNames({ body }: SyntaxFile): ReadonlySet<string> {
  const found = new Set<string>();
  const holds = (node: Syntax): boolean => {
    let is = false;
    walk([node], (inner) => {
      is ||= isTestProbe(inner) || (inner.kind === 'name' && found.has(inner.name));
    });
    return is;
  };
  walk(body, (node) => {
    if (
      node.kind === 'declare' &&
      node.target.kind === 'name' &&
      node.value &&
      node.value.kind !== 'function' &&
      isShort(node.value) &&
      holds(node.value)
    )
      found.add(node.target.name);
    const named =
      node.kind === 'function'
        ? node
        : node.kind === 'declare' && node.value?.kind === 'function'
          ? node.value
          : undefined;
    const name =
      node.kind === 'function'
        ? node.name
        : node.kind === 'declare' && node.target.kind === 'name'
          ? node.target.name
          : undefined;
    const [only] = named?.body ?? [];
    if (
      named?.body.length === 1 &&
      name !== undefined &&
      only?.kind === 'return' &&
      only.value &&
      holds(only.value)
    )
      found.add(name);
  });
  return found;
}

const isShort = (node: Syntax): boolean =>
  ['binary', 'logical', 'unary', 'call', 'member', 'name'].includes(node.kind);
