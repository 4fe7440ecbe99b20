import { print } from '../../syntax/print';
import type { Handler, Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

/** Operations that throw where the answer is "no": that nothing else is told is their ordinary use. */
const askedByTrying =
  /^(?:JSON\.parse|new URL|URL|decodeURI(?:Component)?|BigInt|RegExp|require(?:\.resolve)?|import|fetch|atob|structuredClone|int|float|Decimal|uuid\.UUID|json\.loads?|ast\.literal_eval|importlib\.import_module|localStorage\.\w+|sessionStorage\.\w+|(?:fs|fsp|fs\.promises|os|path|shutil|pathlib)\.\w+|(?:read|stat|lstat|access|unlink|rm|rmdir|mkdir|open|exists)\w*|new Intl\.\w+|Intl\.\w+|execSync|execFileSync|socket\.\w+|new Function)$/;
const asksForIt =
  /\b(?:ignor|swallow|fall ?s? ?back|default|tolera|best[ -]effort|silent|return(?:s|ing)? (?:null|undefined|none|false|nothing|an? empty|\[\]|\{\})|instead of (?:throw|crash|fail|rais)|(?:not|never|without) (?:throw|crash|fail|rais)|optional|gracefu|lenient|forgiv|(?:must|should|does|do|may|can) ?not (?:stop|break|abort|affect|interrupt|prevent|take down)|keep(?:s|ing)? (?:going|on)|go(?:es)? on\b|continue|isolat|skip(?:s|ping)? (?:bad|invalid|broken|malformed))/i;

/** New code that catches every failure and tells none. */
export const swallowedFailure: SourceRule = (file, { request }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  const add = (node: Syntax, line: number) =>
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'failure_hidden',
        asksForIt.test(request.text) ? 'medium' : 'high',
        'Every failure is caught here and none is told: what goes wrong looks as if it had gone well.',
        { file: file.path, line, evidence: print(node) },
        'Catch what is expected, by its kind, and let the rest through.',
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

/** `tryParse`, `isValid`: by its name a function whose whole work is to say whether something can be done. */
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

/** Error classes that the project itself brings in or makes. */
function ownErrors(body: readonly Syntax[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of body) {
    if (node.kind === 'class' && node.name !== undefined) found.add(node.name);
    if (node.kind === 'import' && node.module.startsWith('.'))
      for (const { local } of node.names) found.add(local);
  }
  return found;
}

/** An error of the project's own is passed over in a loop: what it stands for is left out, and nobody hears of it. */
function passesOver({ type, body }: Handler, own: ReadonlySet<string>): boolean {
  if (type === undefined || !own.has(dottedName(type))) return false;
  return body.every((node) => node.kind === 'other' && /^(?:pass|continue|Pass|Continue)/.test(node.type));
}

/** `if (error instanceof TypeError) throw error; return first;`: one kind is let through, and every other becomes an answer. */
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

/** What a promise fails with becomes an answer: the result of `.catch` is kept, and its handler tells nothing. */
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

/** Nothing is done about it, or a constant is answered; the error itself is not looked at. */
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

/** One step, of a kind that is asked by trying. Python's errors have classes: there the one that is meant can be named. */
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

/** What is given up anyway: closing, deleting, telling. */
const isCleanUp = (body: readonly Syntax[]): boolean =>
  body.length <= 2 &&
  /\b(?:close|destroy|dispose|cleanup|unlink|rm|rmSync|abort|cancel|kill|disconnect|removeListener|unsubscribe|release|unref|log|warn|track|report|notify|flush|terminate|end)\w*\(/i.test(
    body.map((node) => print(node)).join(';'),
  );
