import type { Handler, Syntax } from '../syntax/syntax';
import { dottedName, lastName, walk } from '../syntax/walk';

/** The constant value of a condition; undefined where it depends on something. */
export function truthOf(node: Syntax): boolean | undefined {
  if (node.kind === 'literal') {
    if (node.type === 'null') return false;
    if (node.type === 'boolean') return node.value === 'true';
    if (node.type === 'number') return Number(node.value) !== 0;
    return node.type === 'string' ? node.value !== '' : true;
  }
  if (node.kind === 'list' || node.kind === 'record') return true;
  if (node.kind === 'unary' && node.operator === 'not') {
    const inner = truthOf(node.operand);
    return inner === undefined ? undefined : !inner;
  }
  if (node.kind === 'logical') {
    const [left, right] = [truthOf(node.left), truthOf(node.right)];
    if (node.operator === 'and')
      return left === false || right === false ? false : left === true ? right : undefined;
    if (node.operator === 'or')
      return left === true || right === true ? true : left === false ? right : undefined;
  }
  if (node.kind === 'binary' && node.left.kind === 'literal' && node.right.kind === 'literal') {
    const isSame = node.left.value === node.right.value && node.left.type === node.right.type;
    if (['===', '==', 'is'].includes(node.operator)) return isSame;
    if (['!==', '!='].includes(node.operator)) return !isSame;
  }
  return undefined;
}

const isExit = (node: Syntax): boolean =>
  node.kind === 'call' &&
  /^(?:process\.(?:exit|reallyExit|abort)|sys\.exit|os\._exit|exit|quit|Deno\.exit)$/.test(
    dottedName(node.callee),
  );

/** Whether no later statement is reached. */
export const endsHere = (node: Syntax): boolean =>
  node.kind === 'return' ||
  node.kind === 'throw' ||
  isExit(node) ||
  (node.kind === 'block' && always(node.body)) ||
  (node.kind === 'if' && truthOf(node.test) === true && always(node.whenTrue)) ||
  (node.kind === 'if' && node.whenFalse.length > 0 && always(node.whenTrue) && always(node.whenFalse)) ||
  (node.kind === 'other' && /^(?:Break|Continue)/.test(node.type));

export const always = (body: readonly Syntax[]): boolean => body.some(endsHere);

/** A branch that ends the test as failed. */
export const failsHere = (body: readonly Syntax[]): boolean =>
  body.some(
    (node) =>
      node.kind === 'throw' ||
      (isExit(node) && node.kind === 'call' && node.args[0] !== undefined && truthOf(node.args[0]) !== false),
  );

const catchesEverything = (type: Syntax | undefined): boolean => {
  if (type === undefined) return true;
  if (type.kind === 'list') return type.items.some(catchesEverything);
  return /^(?:BaseException|Exception|AssertionError|builtins\.\w+|Error)$/.test(dottedName(type));
};

/** Names whose promises statements await: `await pending`, `await Promise.all([one, other])`, `return pending`. */
export function awaitedNames(statements: readonly Syntax[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (node: Syntax | undefined): void => {
    if (node?.kind === 'name') found.add(node.name);
    if (node?.kind === 'call' && dottedName(node.callee) === 'Promise.all' && node.args[0]?.kind === 'list')
      node.args[0].items.forEach(add);
  };
  walk(statements, (node) => {
    if (node.kind === 'function') return false;
    if (node.kind === 'await') add(node.operand);
    return true;
  });
  for (const node of statements) if (node.kind === 'return') add(node.value);
  return found;
}

/** Whether a failed assertion ends in a handler without a report. */
export function hidesFailures(
  handler: Pick<Handler, 'body' | 'type'>,
  isAssertion: (node: Syntax) => boolean,
): boolean {
  if (!catchesEverything(handler.type)) return false;
  let isTold = false;
  walk(handler.body, (node) => {
    if (node.kind === 'throw' || isAssertion(node)) isTold = true;
    if (node.kind === 'call') {
      const name = lastName(node.callee);
      isTold ||=
        /^(?:fail|reject|done|next|cb|callback|failed|onError|abort|raise|rethrow|addFailure|addError)$/i.test(
          name,
        );
      isTold ||= isExit(node) && node.args[0] !== undefined && truthOf(node.args[0]) !== false;
    }
    if (node.kind === 'assign' && /exitCode$/.test(dottedName(node.target)))
      isTold ||= truthOf(node.value) !== false;
    // The caught error is stored and checked later.
    if ((node.kind === 'assign' || node.kind === 'declare') && node.value?.kind === 'name')
      isTold ||= 'parameter' in handler && handler.parameter === node.value.name;
  });
  return !isTold;
}

/** `with contextlib.suppress(AssertionError):` */
export const suppresses = (item: Syntax): boolean =>
  item.kind === 'call' && lastName(item.callee) === 'suppress' && item.args.some(catchesEverything);

/** `promise.catch(() => {})`: assertions before it do not count. */
export function swallowed(node: Extract<Syntax, { kind: 'call' }>): boolean {
  if (node.callee.kind !== 'member' || node.callee.property !== 'catch') return false;
  const [handler] = node.args;
  if (handler?.kind !== 'function') return false;
  return hidesFailures({ body: handler.body, type: undefined }, () => false);
}
