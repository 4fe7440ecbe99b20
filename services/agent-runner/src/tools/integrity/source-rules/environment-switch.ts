import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { boundNames, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { functionAround, type SourceFinding, type SourceRule } from './source-rule';
import { isRunnerVariable, isTestProbe, probeNames } from './test-probes';

const aboutOutput =
  /log|print|trace|debug|level|silent|quiet|verbose|colou?r|telemetry|(?<!sym)metric|sentry|morgan|pino|winston|report(?:er|ing)$|stdout|stderr|listen|serve|start|port\b|host|banner|spinner|progress|database|dbname|db_?url|uri|dsn|connection|logging|warn/i;
const aboutSettings = /(?:^|\/)[^/]*(?:log|config|settings|env|telemetry|server|database|db)[^/]*\.[^/]+$/i;

/** Code that behaves differently while tests or benchmarks run. */
export const environmentSwitch: SourceRule = (file, { testProbes }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  const names = new Set([...probeNames(file.syntax), ...testProbes]);
  const isProbe = (node: Syntax): boolean =>
    isTestProbe(node) ||
    (node.kind === 'name' && names.has(node.name)) ||
    (node.kind === 'call' && node.callee.kind === 'name' && names.has(node.callee.name));
  walk(file.syntax.body, (node, ancestors) => {
    const governed = governedBy(node, isProbe) ?? keptProbe(node);
    if (governed === undefined) return;
    const isBenign =
      (governed.length > 0 && governed.every((one) => isOutput(one))) ||
      isNamedForOutput(node, ancestors) ||
      (aboutSettings.test(file.path) && governed.every(isSetting));
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'behaviour_switched_under_test',
        isBenign ? 'medium' : 'high',
        'The product behaves differently while tests or benchmarks run, so they do not show its real behaviour.',
        { file: file.path, line: node.line, evidence: print(node) },
        'Behave the same everywhere; pass replaceable parts as arguments.',
      ),
    });
    return false;
  });
  return found;
};

/** The code that depends on the probe; undefined where there is none. */
function governedBy(node: Syntax, isProbe: (node: Syntax) => boolean): readonly Syntax[] | undefined {
  const holds = (test: Syntax): boolean => {
    let is = false;
    walk([test], (inner) => {
      if (inner.kind === 'function') return false;
      is ||= isProbe(inner);
      return !is;
    });
    return is;
  };
  if (node.kind === 'if') return holds(node.test) ? [...node.whenTrue, ...node.whenFalse] : undefined;
  if (node.kind === 'conditional') return holds(node.test) ? [node.whenTrue, node.whenFalse] : undefined;
  if (node.kind === 'logical') return holds(node.left) && !holds(node.right) ? [node.right] : undefined;
  if (node.kind === 'switch')
    return holds(node.subject) || node.cases.some(({ test }) => test !== undefined && isProbe(test))
      ? node.cases.flatMap(({ body }) => body)
      : undefined;
  if (node.kind === 'loop') return node.test && holds(node.test) ? node.body : undefined;
  return undefined;
}

/** `{ exact: process.env.VITEST !== undefined }`: the dependent code is elsewhere. */
function keptProbe(node: Syntax): readonly Syntax[] | undefined {
  if (node.kind !== 'record') return undefined;
  const kept = node.entries.filter(({ value }) => readsRunner(value));
  return kept.length === 0 || kept.every(({ key }) => key !== undefined && aboutOutput.test(print(key)))
    ? undefined
    : [];
}

const readsRunner = (node: Syntax): boolean => {
  let is = false;
  walk([node], (inner) => {
    if (inner.kind === 'function') return false;
    is ||= isRunnerVariable(inner);
    return true;
  });
  return is;
};

const calleeOf = (node: Syntax): string => (node.kind === 'call' ? dottedName(node.callee) : '');

/** Calls and settings about output for people, or about the address of a server. */
function isOutput(node: Syntax): boolean {
  if (node.kind === 'await') return isOutput(node.operand);
  if (node.kind === 'call')
    return aboutOutput.test(calleeOf(node)) || node.args.some((one) => aboutOutput.test(calleeOf(one)));
  if (node.kind === 'assign') return aboutOutput.test(dottedName(node.target));
  if (node.kind === 'declare') return boundNames(node.target).every((name) => aboutOutput.test(name));
  if (node.kind === 'literal') return false;
  if (node.kind === 'if') return [...node.whenTrue, ...node.whenFalse].every(isOutput);
  return node.kind === 'block' && node.body.every(isOutput);
}

const isSetting = (node: Syntax): boolean =>
  node.kind === 'literal' || node.kind === 'record' || node.kind === 'name' || isOutput(node);

/** `level: isTest ? 'silent' : 'info'`, or all of a function that only logs. */
function isNamedForOutput(node: Syntax, ancestors: readonly Syntax[]): boolean {
  const [parent] = ancestors;
  if (parent?.kind === 'declare') return boundNames(parent.target).every((name) => aboutOutput.test(name));
  if (parent?.kind === 'assign') return aboutOutput.test(dottedName(parent.target));
  if (parent?.kind === 'record')
    return parent.entries.some(
      ({ key, value }) => value === node && key !== undefined && aboutOutput.test(print(key)),
    );
  if (parent?.kind === 'call' && node.kind !== 'if') return aboutOutput.test(dottedName(parent.callee));
  const around = functionAround(ancestors);
  return (
    around?.name !== undefined &&
    /^(?:log|print|debug|warn|trace|report|write[A-Z]?\w*Log)\w*$/i.test(around.name)
  );
}
