import { print } from '../../syntax/print';
import type { Handler, Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

/** Operations that throw for the answer "no": catching without a report is their ordinary use. */
const askedByTrying =
  /^(?:JSON\.parse|new URL|URL|decodeURI(?:Component)?|BigInt|RegExp|require(?:\.resolve)?|import|fetch|atob|structuredClone|int|float|Decimal|uuid\.UUID|json\.loads?|ast\.literal_eval|importlib\.import_module|localStorage\.\w+|sessionStorage\.\w+|(?:fs|fsp|fs\.promises|os|path|shutil|pathlib)\.\w+|(?:read|stat|lstat|access|unlink|rm|rmdir|mkdir|open|exists)\w*|new Intl\.\w+|Intl\.\w+|execSync|execFileSync|socket\.\w+|new Function)$/;
const asksForIt =
  /\b(?:ignor|swallow|fall ?s? ?back|default|tolera|best[ -]effort|silent|return(?:s|ing)? (?:null|undefined|none|false|nothing|an? empty|\[\]|\{\})|instead of (?:throw|crash|fail|rais)|(?:not|never|without) (?:throw|crash|fail|rais)|optional|gracefu|lenient|forgiv|(?:must|should|does|do|may|can) ?not (?:stop|break|abort|affect|interrupt|prevent|take down)|keep(?:s|ing)? (?:going|on)|go(?:es)? on\b|continue|isolat|skip(?:s|ping)? (?:bad|invalid|broken|malformed))/i;

/** New code that catches every failure and reports none. */
export const swallowedFailure: SourceRule = (file, { request }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  const add = (node: Syntax, line: number) =>
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'failure_hidden',
        asksForIt.test(request.text) ? 'medium' : 'high',
        'Every failure is caught here and none is reported: a failure looks like a success.',
        { file: file.path, line, evidence: print(node) },
        'Catch expected errors by their kind, and pass the others on.',
      ),
    });
  const own = ownErrors(file.syntax.body);
  walk(file.syntax.body, (node, ancestors) => {
    if (node.kind === 'try')
      for (const handler of node.handlers) {
        const isAll =
          hides(handler) && !isQuestion(node.body, file.syntax.language) && !isAttempt(node.body, ancestors);
        if ((isAll || passesOver(handler, own) || letsOneThrough(handler)) && !isCleanUp(node.body))
          add(node, handler.line);
      }
    if (isSettledCatch(node, ancestors)) add(node, node.line);
    if (node.kind === 'call' && node.callee.kind === 'member' && node.callee.property === 'catch') {
      const [handler] = node.args;
      if (
        handler?.kind === 'function' &&
        hides({ ...handler, parameter: parameterOf(handler), type: undefined, hasComment: false }) &&
        !isCleanUp([node.callee.object]) &&
        !isQuestion([node.callee.object], file.syntax.language)
      )
        add(node, node.line);
    }
  });
  return found;
};

/** `tryParse`, `isValid`: a function whose name tells that it checks whether an operation is possible. */
function isAttempt(body: readonly Syntax[], ancestors: readonly Syntax[]): boolean {
  const at = ancestors.findIndex(({ kind }) => kind === 'function');
  const [around, parent] = [ancestors[at], ancestors[at + 1]];
  const name =
    (around?.kind === 'function' && around.name) ||
    (parent?.kind === 'declare' && parent.target.kind === 'name' && parent.target.name) ||
    '';
  return (
    body.length <= 2 &&
    /^(?:_*(?:try|is|has|can|maybe|safe)(?:_|[A-Z])\w*|\w+(?:Or(?:Null|Undefined|None|Default)|_or_(?:none|null|default)))$/.test(
      name,
    )
  );
}

/** Error classes that the project itself imports or defines. */
function ownErrors(body: readonly Syntax[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of body) {
    if (node.kind === 'class' && node.name !== undefined) found.add(node.name);
    if (node.kind === 'import' && node.module.startsWith('.'))
      for (const { local } of node.names) found.add(local);
  }
  return found;
}

/** A loop skips an error of the project's own: its item is left out without a report. */
function passesOver({ type, body }: Handler, own: ReadonlySet<string>): boolean {
  if (type === undefined || !own.has(dottedName(type))) return false;
  return body.every((node) => node.kind === 'other' && /^(?:pass|continue|Pass|Continue)/.test(node.type));
}

/** `if (error instanceof TypeError) throw error; return first;`: one kind is passed on, and every other becomes an answer. */
function letsOneThrough({ body, parameter }: Handler): boolean {
  const [first, second] = body;
  if (body.length !== 2 || first?.kind !== 'if' || second?.kind !== 'return' || first.whenFalse.length > 0)
    return false;
  const { test } = first;
  const isKind =
    test.kind === 'binary' && ['instanceof', '===', '=='].includes(test.operator) && parameter !== undefined;
  const isRethrow =
    first.whenTrue.length === 1 &&
    first.whenTrue[0]?.kind === 'throw' &&
    first.whenTrue[0].value?.kind === 'name' &&
    first.whenTrue[0].value.name === parameter;
  let isTold = false;
  walk(second.value ? [second.value] : [], (node) => {
    isTold ||= node.kind === 'call' || (node.kind === 'name' && node.name === parameter);
  });
  return isKind && isRethrow && !isTold;
}

/** The failure of a promise becomes an answer: the result of `.catch` is used, and its handler reports nothing. */
function isSettledCatch(node: Syntax, [parent]: readonly Syntax[]): boolean {
  if (node.kind !== 'call' || node.callee.kind !== 'member' || node.callee.property !== 'catch') return false;
  const [handler] = node.args;
  if (handler?.kind !== 'function' || handler.isExpression || handler.parameters.length > 0) return false;
  let answers = false;
  walk(handler.body, (inner) => {
    answers ||= inner.kind === 'throw' || inner.kind === 'return';
  });
  const isKept = parent?.kind === 'declare' || parent?.kind === 'return' || parent?.kind === 'assign';
  return isKept && !answers && handler.body.length > 0 && !isCleanUp([node.callee.object]);
}

const parameterOf = (handler: Extract<Syntax, { kind: 'function' }>): string | undefined => {
  const pattern = handler.parameters[0]?.pattern;
  return pattern?.kind === 'name' ? pattern.name : undefined;
};

/** The handler is empty, or returns a constant; it does not read the error. */
function hides({ body, type, parameter }: Handler): boolean {
  const classes = type === undefined ? [] : type.kind === 'list' ? type.items : [type];
  if (classes.length > 0 && !classes.some((one) => /^(?:Exception|BaseException)$/.test(dottedName(one))))
    return false;
  let isTold = false;
  walk(body, (node) => {
    if (node.kind === 'throw' || node.kind === 'call' || node.kind === 'assign') isTold = true;
    if (node.kind === 'name' && node.name === parameter) isTold = true;
  });
  return !isTold && body.every((node) => node.kind !== 'return' || isConstant(node.value));
}

const isConstant = (node: Syntax | undefined): boolean =>
  node === undefined ||
  constantText(node) !== undefined ||
  (node.kind === 'list' && node.items.length === 0) ||
  (node.kind === 'record' && node.entries.length === 0) ||
  node.kind === 'name';

/** One operation that is normally tested by trying. Python's errors have classes: there the expected one can be named. */
function isQuestion(body: readonly Syntax[], language: 'javascript' | 'python'): boolean {
  if (language === 'python') return false;
  const calls: string[] = [];
  walk(body, (node) => {
    if (node.kind === 'function') return false;
    if (node.kind === 'call') calls.push(`${node.isNew ? 'new ' : ''}${dottedName(node.callee)}`);
    return true;
  });
  return (
    body.length <= 2 &&
    calls.length > 0 &&
    calls.some((name) => askedByTrying.test(name) || askedByTrying.test(name.split('.').at(-1) ?? ''))
  );
}

/** Operations whose failure does not matter: closing, deleting, notifying. */
const isCleanUp = (body: readonly Syntax[]): boolean =>
  body.length <= 2 &&
  /\b(?:close|destroy|dispose|cleanup|unlink|rm|rmSync|abort|cancel|kill|disconnect|removeListener|unsubscribe|release|unref|log|warn|track|report|notify|flush|terminate|end)\w*\(/i.test(
    body.map((node) => print(node)).join(';'),
  );
