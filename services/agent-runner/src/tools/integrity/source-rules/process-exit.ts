import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { truthOf } from '../control-flow';
import { finding } from '../findings';
import { functionAround, isProgram, type SourceFinding, type SourceRule } from './source-rule';

const exits =
  /^(?:process\.(?:exit|reallyExit|abort|kill)|Deno\.exit|os\._exit|sys\.exit|exit|quit|os\.abort|os\.kill|signal\.raise_signal)$/;
const lastMoment =
  /^(?:exit|beforeExit|uncaughtException|unhandledRejection|uncaughtExceptionMonitor|multipleResolves)$/;

/** Code that ends the test process successfully, or hides failures from the runner. */
export const processExit: SourceRule = (file) => {
  const found: SourceFinding[] = [];
  const add = (code: string, message: string, node: Syntax, severity: 'high' | 'medium' = 'high') =>
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        code,
        severity,
        message,
        { file: file.path, line: node.line, evidence: print(node) },
        'Let the process end by itself, with the exit code of its failures.',
      ),
    });
  const isTestSide = file.role === 'test' || file.role === 'setup';
  walk(file.syntax.body, (node, ancestors) => {
    const success = successfulExit(node);
    if (success && (isTestSide || !isAllowed(node, ancestors, file)))
      add(
        'process_ended',
        'The process is ended with success: tests that have not run, or have failed, are not reported.',
        node,
      );
    if (
      node.kind === 'assign' &&
      /(?:^|\.)exitCode$/.test(dottedName(node.target)) &&
      truthOf(node.value) === false &&
      (isTestSide || inHandler(ancestors))
    )
      add('process_ended', 'The exit code is set to success, whatever failed.', node);
    if (
      node.kind === 'call' &&
      /^(?:process|globalThis\.process)\.(?:on|once|addListener|prependListener)$/.test(
        dottedName(node.callee),
      )
    ) {
      const event = constantText(node.args[0] ?? node.callee) ?? '';
      if (/^(?:uncaughtException|unhandledRejection)$/.test(event) && !reportsFailure(node.args[1]))
        add('failure_swallowed', `Failures are taken from the runner by a handler of ${event}.`, node);
      if (
        /^(?:exit|beforeExit)$/.test(event) &&
        isTestSide &&
        !reportsFailure(node.args[1]) &&
        setsSuccess(node.args[1])
      )
        add('process_ended', 'A handler changes how the process of the tests ends.', node);
    }
    if (
      node.kind === 'call' &&
      dottedName(node.callee) === 'atexit.register' &&
      /_exit|sys\.exit/.test(print(node))
    )
      add('process_ended', 'A handler changes how the process of the tests ends.', node);
    if (node.kind === 'call' && dottedName(node.callee) === 'process.removeAllListeners' && isTestSide)
      add('failure_swallowed', 'Handlers of the runner are removed.', node);
  });
  return found;
};

function successfulExit(node: Syntax): boolean {
  if (node.kind === 'throw') return /^SystemExit\((?:0)?\)$|^SystemExit$/.test(print(node.value));
  if (node.kind !== 'call' || !exits.test(dottedName(node.callee))) return false;
  const name = dottedName(node.callee);
  if (/kill|abort|raise_signal/.test(name)) return /process\.pid|os\.getpid/.test(print(node));
  const [code] = node.args;
  return code === undefined || truthOf(code) === false;
}

/** A program may end its own process; so may code that only runs by hand, on a signal or from `main`. */
function isAllowed(node: Syntax, ancestors: readonly Syntax[], file: Parameters<SourceRule>[0]): boolean {
  const isForced = node.kind === 'call' && /_exit|reallyExit|kill/.test(dottedName(node.callee));
  if (inHandler(ancestors)) return false;
  if (isProgram(file) && !isForced) return true;
  const guarded = ancestors.some(
    (one) =>
      one.kind === 'if' &&
      /__name__|require\.main|import\.meta\.(?:main|url)|process\.argv/.test(print(one.test)),
  );
  const onSignal = ancestors.some(
    (one) =>
      one.kind === 'call' &&
      /\.(?:on|once|signal|add_signal_handler|addSignalListener)$/.test(dottedName(one.callee)) &&
      /SIG|--?help|--?version/.test(print(one)),
  );
  const named = functionAround(ancestors)?.name ?? declaredName(ancestors);
  return (
    !isForced &&
    (guarded ||
      onSignal ||
      /^(?:main|cli|run(?:Cli|Main)?|shutdown|quit|exit|stop|terminate|usage|help|showHelp|printHelp|version)\w*$/i.test(
        named ?? '',
      ))
  );
}

const declaredName = (ancestors: readonly Syntax[]): string | undefined => {
  const declared = ancestors.find((one) => one.kind === 'declare' && one.value?.kind === 'function');
  return declared?.kind === 'declare' && declared.target.kind === 'name' ? declared.target.name : undefined;
};

const inHandler = (ancestors: readonly Syntax[]): boolean =>
  ancestors.some(
    (one) =>
      one.kind === 'call' &&
      /^process\.(?:on|once)$/.test(dottedName(one.callee)) &&
      lastMoment.test(constantText(one.args[0] ?? one.callee) ?? ''),
  );

const setsSuccess = (handler: Syntax | undefined): boolean =>
  handler !== undefined && /exitCode|exit\(|reallyExit/.test(print(handler));

/** The handler ends the process as failed, rethrows, or logs and marks the failure. */
function reportsFailure(handler: Syntax | undefined): boolean {
  if (handler === undefined) return false;
  if (handler.kind !== 'function') return true;
  let isTold = false;
  walk(handler.body, (node) => {
    if (node.kind === 'throw') isTold = true;
    if (node.kind === 'call' && exits.test(dottedName(node.callee)))
      isTold ||= node.args[0] !== undefined && truthOf(node.args[0]) !== false;
    if (node.kind === 'assign' && /exitCode$/.test(dottedName(node.target)))
      isTold ||= truthOf(node.value) !== false;
    // A passed-on failure may be reported there.
    if (
      node.kind === 'call' &&
      !/^console\.|log/i.test(dottedName(node.callee)) &&
      node.args.some((one) => one.kind === 'name')
    )
      isTold = true;
  });
  return isTold;
}
