import { bind, print } from '../syntax/print';
import type { FunctionSyntax, Syntax } from '../syntax/syntax';
import { dottedName, lastName } from '../syntax/walk';
import { demandsOf, truths, type Demand } from './assertion';
import { describeDemand } from './describe-demand';
import { isFailing } from './matchers';
import { calledBack } from './callbacks';
import {
  always,
  awaitedNames,
  swallowed,
  endsHere,
  failsHere,
  hidesFailures,
  suppresses,
  truthOf,
} from './control-flow';
import { rowsOf } from './rows';
import type { Assertion, Suppression } from './test-model';
import type { TestNames } from './test-names';

/** The context of a statement. */
export interface Place {
  readonly bindings: Map<string, Syntax>;
  readonly guards: readonly string[];
  readonly suppression: Suppression | undefined;
  /** The test ends when a callback is called: `done`, or the function of a promise that is awaited. */
  readonly waits: boolean;
  readonly depth: number;
}

export interface BodyFacts {
  readonly assertions: Assertion[];
  readonly actions: string[];
  /** Calls that skip their own test, and their conditions. */
  readonly skips: { readonly isConditional: boolean; readonly line: number }[];
  /** Calls of test functions: they belong to another test. */
  readonly inner: { readonly call: Extract<Syntax, { kind: 'call' }>; readonly place: Place }[];
}

export const startPlace = (): Place => ({
  bindings: new Map(),
  guards: [],
  suppression: undefined,
  waits: false,
  depth: 0,
});

const maxDepth = 6;
const maxAssertions = 2_000;

/** Finds the assertions of one body, and the reasons why they assert nothing. */
export class BodyReader {
  readonly facts: BodyFacts = { assertions: [], actions: [], skips: [], inner: [] };

  constructor(
    private readonly names: TestNames,
    private readonly isTestCall: (node: Syntax) => boolean,
    private readonly isSkipCall: (node: Syntax) => boolean,
  ) {}

  read(statements: readonly Syntax[], given: Place): void {
    let place = given;
    const awaited = awaitedNames(statements);
    for (const statement of statements) {
      this.statement(statement, place, awaited);
      if (endsHere(statement)) {
        place = { ...place, suppression: place.suppression ?? 'unreachable' };
        continue;
      }
      if (statement.kind !== 'if' || statement.whenFalse.length > 0) continue;
      if (!always(statement.whenTrue)) continue;
      const truth = truthOf(statement.test);
      // An early return: the following statements have the opposite condition.
      if (truth === true) place = { ...place, suppression: place.suppression ?? 'unreachable' };
      else if (truth === undefined && !this.isRethrow(statement.whenTrue))
        place = { ...place, guards: [...place.guards, `not ${print(statement.test, place.bindings)}`] };
    }
  }

  private isRethrow(branch: readonly Syntax[]): boolean {
    return branch.some(({ kind }) => kind === 'throw');
  }

  /** `awaited`: names of promises that a later statement waits for. */
  private statement(node: Syntax, place: Place, awaited: ReadonlySet<string>): void {
    switch (node.kind) {
      case 'declare':
        if (node.value && node.value.kind !== 'function')
          this.expression(node.value, place, node.target.kind === 'name' && awaited.has(node.target.name));
        if (node.value) bind(node.target, node.value, place.bindings);
        return;
      case 'assign':
        this.facts.actions.push(print(node, place.bindings));
        if (node.target.kind === 'name') place.bindings.delete(node.target.name);
        this.expression(node.value, place, false);
        return;
      case 'function':
      case 'class':
      case 'import':
        return;
      case 'return':
        if (node.value) this.expression(node.value, place, true);
        return;
      case 'if': {
        const truth = truthOf(node.test);
        const test = print(node.test, place.bindings);
        // A test without a library: `if (sum(1, 2) !== 3) throw ...`.
        if (truth === undefined && node.whenFalse.length === 0 && failsHere(node.whenTrue)) {
          for (const demand of truths(node.test, true, node.line)) this.record(demand, place, true);
          return;
        }
        const branch = (body: readonly Syntax[], isTaken: boolean) =>
          this.read(body, {
            ...place,
            bindings: new Map(place.bindings),
            guards: truth === undefined ? [...place.guards, isTaken ? test : `not ${test}`] : place.guards,
            suppression: place.suppression ?? (truth === !isTaken ? 'unreachable' : undefined),
          });
        branch(node.whenTrue, true);
        branch(node.whenFalse, false);
        return;
      }
      case 'loop':
        this.loop(node, place);
        return;
      case 'try': {
        const isHidden = node.handlers.some((handler) =>
          hidesFailures(handler, (one) => this.isAssertion(one)),
        );
        this.read(node.body, {
          ...place,
          bindings: place.bindings,
          suppression: place.suppression ?? (isHidden ? 'swallowed' : undefined),
        });
        for (const { body } of node.handlers)
          this.read(body, { ...place, bindings: new Map(place.bindings) });
        this.read(node.last, place);
        return;
      }
      case 'switch':
        for (const { test, body } of node.cases)
          this.read(body, {
            ...place,
            bindings: new Map(place.bindings),
            guards: [...place.guards, print(test, place.bindings)],
          });
        return;
      case 'block':
        for (const item of node.items) this.expression(item, place, true, node.body);
        this.read(
          node.body,
          node.items.some(suppresses) ? { ...place, suppression: place.suppression ?? 'swallowed' } : place,
        );
        return;
      default:
        this.expression(node, place, false);
    }
  }

  private loop(node: Extract<Syntax, { kind: 'loop' }>, place: Place): void {
    const rows = node.iterable && rowsOf(node.iterable, place.bindings);
    const never = (rows?.length === 0 || (node.test && truthOf(node.test) === false)) === true;
    if (rows && rows.length > 0 && node.target) {
      for (const row of rows) {
        const bindings = new Map(place.bindings);
        bind(node.target, row, bindings);
        this.read(node.body, { ...place, bindings });
      }
      return;
    }
    this.read(node.body, {
      ...place,
      bindings: new Map(place.bindings),
      suppression: place.suppression ?? (never ? 'never_called' : undefined),
    });
  }

  private isAssertion(node: Syntax): boolean {
    if (demandsOf(node, this.names).length > 0) return true;
    return node.kind === 'call' && isFailing(lastName(node.callee));
  }

  /** `body`: that of a `with` of this manager. */
  private expression(node: Syntax, place: Place, isAwaited: boolean, body?: readonly Syntax[]): void {
    if (this.facts.assertions.length > maxAssertions) return;
    if (node.kind === 'await') return this.expression(node.operand, place, true, body);
    if (node.kind === 'logical') {
      this.expression(node.left, place, isAwaited);
      const guards = [...place.guards, print(node.left, place.bindings)];
      return this.expression(node.right, { ...place, guards }, isAwaited);
    }
    if (node.kind === 'conditional') {
      const guards = [...place.guards, print(node.test, place.bindings)];
      this.expression(node.whenTrue, { ...place, guards }, isAwaited);
      return this.expression(node.whenFalse, { ...place, guards }, isAwaited);
    }
    if (node.kind === 'unary') return this.expression(node.operand, place, false);
    if (node.kind === 'list') {
      for (const item of node.items) this.expression(item, place, isAwaited);
      return;
    }
    if (this.isTestCall(node) && node.kind === 'call') {
      this.facts.inner.push({ call: node, place });
      return;
    }
    if (this.isSkipCall(node)) {
      this.facts.skips.push({ isConditional: place.guards.length > 0, line: node.line });
      return;
    }
    const demands = demandsOf(node, this.names);
    for (const demand of demands) this.record(demand, place, isAwaited, body);
    // Functions passed to an assertion of the kind `property` contain assertions of their own.
    if (demands.length > 0 && !/^(?:fc|jsc)\./.test(node.kind === 'call' ? dottedName(node.callee) : ''))
      return;
    if (node.kind === 'call') this.call(node, place, isAwaited);
    else if (node.kind === 'member') this.expression(node.object, place, isAwaited);
  }

  private record(demand: Demand, place: Place, isAwaited: boolean, body?: readonly Syntax[]): void {
    this.facts.assertions.push(
      describeDemand(demand, {
        bindings: place.bindings,
        guards: place.guards,
        suppression: place.suppression ?? (demand.isAsync && !isAwaited ? 'not_awaited' : undefined),
        ...(body ? { body } : {}),
      }),
    );
  }

  private call(node: Extract<Syntax, { kind: 'call' }>, place: Place, isAwaited: boolean): void {
    const own = node.callee.kind === 'name' ? this.names.functions.get(node.callee.name) : undefined;
    if (own && place.depth < maxDepth && this.inline(own, node, place, isAwaited)) return;
    if (node.callee.kind === 'function') {
      this.read(node.callee.body, { ...place, bindings: new Map(place.bindings), depth: place.depth + 1 });
      return;
    }
    this.facts.actions.push(print(node, place.bindings));
    for (const { body, parameters, how, item } of calledBack(node, this.names.functions, place, isAwaited)) {
      if (place.depth >= maxDepth) return;
      const bindings = new Map(place.bindings);
      for (const name of parameters) bindings.delete(name);
      if (item) bind(item.pattern, item.value, bindings);
      this.read(body, {
        ...place,
        bindings,
        suppression: place.suppression ?? how.suppression,
        waits: place.waits || how.waits,
        depth: place.depth + 1,
      });
    }
    if (node.callee.kind === 'member') {
      const suppression = place.suppression ?? (swallowed(node) ? 'swallowed' : undefined);
      this.expression(node.callee.object, { ...place, suppression }, isAwaited);
    }
    for (const argument of node.args)
      if (argument.kind === 'call' || argument.kind === 'list' || argument.kind === 'await')
        this.expression(argument, place, isAwaited);
  }

  /** Inlines a function of the file; false where it has no assertions and is an action. */
  private inline(
    own: FunctionSyntax,
    node: Extract<Syntax, { kind: 'call' }>,
    place: Place,
    isAwaited: boolean,
  ): boolean {
    const bindings = new Map(place.bindings);
    own.parameters.forEach(({ pattern, initial, isRest }, index) => {
      const given = node.args[index] ?? initial;
      const meant = given && !isRest ? seenFrom(given, place.bindings) : undefined;
      if (meant) bind(pattern, meant, bindings);
    });
    const before = this.facts.assertions.length;
    const actions = this.facts.actions.length;
    const suppression = place.suppression ?? (own.isAsync && !isAwaited ? 'not_awaited' : undefined);
    this.read(own.body, { ...place, bindings, suppression, depth: place.depth + 1 });
    if (this.facts.assertions.length > before) return true;
    this.facts.actions.splice(actions);
    return false;
  }
}

/** An argument in the terms of the calling place. */
function seenFrom(node: Syntax, bindings: Place['bindings']): Syntax {
  if (node.kind === 'literal' || node.kind === 'list' || node.kind === 'record') return node;
  if (node.kind === 'name') return bindings.get(node.name) ?? node;
  const text = print(node, bindings);
  // Without names of that place it means the same anywhere.
  return text === print(node) ? node : { kind: 'literal', type: 'number', value: text, line: node.line };
}
