import type { Syntax } from '../syntax/syntax';
import { constantText, dottedName, lastName } from '../syntax/walk';
import { isConnective, isFailing, matcherOf, strength } from './matchers';

/** The demand of one assertion and its subject. */
export interface Demand {
  readonly relation: string;
  readonly strength: number;
  readonly isNegated: boolean;
  readonly actual: Syntax | undefined;
  readonly expected: readonly Syntax[];
  /** Without an argument: `toBeNull` expects null. */
  readonly constant?: string;
  /** It asserts nothing unless it is awaited. */
  readonly isAsync: boolean;
  /** Compares by `==`: 1 and "1" are the same. */
  readonly isLoose?: boolean;
  readonly line: number;
}

/** The meanings of a file's names in its assertions. */
export interface AssertionNames {
  /** A local name that was imported from a library of assertions, and its name there. */
  readonly imported: ReadonlyMap<string, string>;
  /** Objects with assertions as methods: `assert`, `chai.assert`, `t` in a test's callback. */
  readonly objects: ReadonlySet<string>;
  /** Functions of the file or of test helpers that are not analysed here. */
  readonly ownFunctions: ReadonlySet<string>;
  /** Local names of node's `assert` without `strict`, whose `equal` and `deepEqual` compare by `==`. */
  readonly loose?: ReadonlySet<string>;
}

interface Segment {
  readonly name: string;
  readonly node: Syntax;
  readonly args: readonly Syntax[] | undefined;
}

/** The demands of an expression statement; none where it is no assertion. */
export function demandsOf(node: Syntax, names: AssertionNames): readonly Demand[] {
  const segments = chain(node.kind === 'await' ? node.operand : node);
  const [first] = segments;
  const last = segments.at(-1);
  if (!first || !last) return [];
  const expectAt = segments.findIndex(
    ({ name, args }) => /^(?:expect|expectTypeOf)$/.test(name) && args !== undefined,
  );
  if (expectAt === 0 || (expectAt > 0 && names.objects.has(first.name)))
    return expectation(segments.slice(expectAt), node.line);
  if (expectAt > 0) return responseExpectations(segments, node.line);
  const should = segments.findIndex(({ name }) => name === 'should');
  if (should > 0) return [fromChain(segments.slice(should + 1), segments[should - 1]?.node, node.line)];
  if (last.args === undefined) return [];
  const imported = segments.length === 1 ? names.imported.get(first.name) : undefined;
  if (imported !== undefined) return fromCall(imported, last.args, node);
  if (segments.length === 1) {
    if (first.name === 'assert' && !names.ownFunctions.has('assert')) return fromCall('ok', last.args, node);
    return /^(?:assert|expect|verify|should)(?:$|_|[A-Z])/.test(first.name) &&
      !names.ownFunctions.has(first.name)
      ? fromCall(first.name, last.args, node)
      : [];
  }
  if (segments.length === 2 && first.name === 'pytest' && /^(?:raises|warns)$/.test(last.name))
    return fromCall('raises', last.args, node);
  const isObject =
    names.objects.has(first.name) || /^(?:self|this|cls|assert|should|sinon|fc)$/.test(first.name);
  const isAssertion =
    names.objects.has(first.name) ||
    first.name === 'assert' ||
    /^assert/i.test(last.name) ||
    segments.some(({ name }) => name === 'assert');
  if (isObject && isAssertion) {
    const isLoose = names.loose?.has(first.name) === true && /^(?:equal|deepEqual)$/.test(last.name);
    const isStrict = segments.length > 2;
    return fromCall(last.name, last.args, node).map((one) =>
      isLoose && !isStrict ? { ...one, isLoose } : one,
    );
  }
  return /^assert_/.test(last.name)
    ? [{ ...part('called with', last.args, node), actual: segments.at(-2)?.node }]
    : [];
}

function chain(node: Syntax): readonly Segment[] {
  if (node.kind === 'call') {
    const inner = chain(node.callee);
    const last = inner.at(-1);
    const args = [...node.args, ...node.named.map(({ value }) => value)];
    if (!last || last.args !== undefined) return [...inner, { name: '()', node, args }];
    return [...inner.slice(0, -1), { ...last, node, args }];
  }
  if (node.kind === 'member') {
    const name = typeof node.property === 'string' ? node.property : (constantText(node.property) ?? '');
    return [...chain(node.object), { name, node, args: undefined }];
  }
  if (node.kind === 'await') return chain(node.operand);
  return [{ name: node.kind === 'name' ? node.name : '', node, args: undefined }];
}

/** `expect(actual).not.toBe(expected)`, and chai's `expect(actual).to.be.true`. */
function expectation(segments: readonly Segment[], line: number): readonly Demand[] {
  const [first, ...rest] = segments;
  if (rest.length === 0) return [];
  return [fromChain(rest, first?.args?.[0], line)];
}

function fromChain(segments: readonly Segment[], actual: Syntax | undefined, line: number): Demand {
  const isNegated = segments.some(({ name }) => name === 'not');
  const isAsync = segments.some(({ name }) => ['rejects', 'resolves', 'eventually', 'poll'].includes(name));
  // Chains may demand more than once: the last meaningful word counts, with the words before it as its name.
  const telling = segments.filter(
    ({ name }) => !isConnective(name) && !['not', 'rejects', 'resolves', 'deep'].includes(name),
  );
  const last = telling.at(-1) ?? segments.at(-1);
  const expected = last?.args ?? [];
  const matcher = matcherOf(last?.name ?? '');
  const rejects = segments.some(({ name }) => name === 'rejects');
  const demand: Demand = {
    relation: matcher?.relation ?? last?.name ?? '',
    strength: matcher?.strength ?? strength.part,
    isNegated: isNegated !== (matcher?.isNegated ?? false),
    actual,
    expected,
    ...(matcher?.constant === undefined ? {} : { constant: matcher.constant }),
    isAsync: isAsync || (matcher?.isAsync ?? false),
    line,
  };
  return settled(rejects && demand.relation === 'throws' ? { ...demand, relation: 'rejects' } : demand);
}

/** supertest: `request(app).get('/').expect(200).expect('body')`. */
function responseExpectations(segments: readonly Segment[], line: number): readonly Demand[] {
  const start = segments.findIndex(({ name }) => name === 'expect');
  return segments
    .filter(({ name, args }) => name === 'expect' && args !== undefined)
    .map(({ args }) => ({
      relation: 'response',
      strength: strength.exact,
      isNegated: false,
      actual: segments[start - 1]?.node,
      expected: args ?? [],
      isAsync: true,
      line,
    }));
}

function fromCall(name: string, args: readonly Syntax[], node: Syntax): readonly Demand[] {
  if (isFailing(name)) return [];
  const { line } = node;
  const matcher = matcherOf(name);
  const [actual, ...expected] = args;
  if (matcher?.relation === 'truthy' || matcher?.constant === 'true') return truths(actual, false, line);
  if (matcher?.relation === 'falsy' || matcher?.constant === 'false') return truths(actual, true, line);
  if (!matcher) return [part(name, args, node)];
  return [
    settled({
      relation: matcher.relation,
      strength: matcher.strength,
      isNegated: matcher.isNegated ?? false,
      actual,
      // The last argument of an equality is the message for people.
      expected:
        matcher.relation === 'equal' && matcher.constant === undefined ? expected.slice(0, 1) : expected,
      ...(matcher.constant === undefined ? {} : { constant: matcher.constant }),
      isAsync: matcher.isAsync ?? false,
      line,
    }),
  ];
}

const part = (relation: string, args: readonly Syntax[], node: Syntax): Demand => ({
  relation,
  strength: strength.part,
  isNegated: false,
  actual: args[0],
  expected: args.slice(1),
  isAsync: false,
  line: node.line,
});

/** The demand of an expression that must be true: `a === b` is an equality. */
export function truths(node: Syntax | undefined, isNegated: boolean, line: number): readonly Demand[] {
  const demand = (
    relation: string,
    demanded: number,
    actual: Syntax | undefined,
    expected: readonly Syntax[],
    more: Partial<Demand> = {},
  ): readonly Demand[] => [
    settled({ relation, strength: demanded, isNegated, actual, expected, isAsync: false, line, ...more }),
  ];
  if (node === undefined) return demand('truthy', strength.existence, undefined, []);
  if (node.kind === 'unary' && node.operator === 'not') return truths(node.operand, !isNegated, line);
  if (node.kind === 'await') return truths(node.operand, isNegated, line);
  if (node.kind === 'logical' && node.operator === 'and' && !isNegated)
    return [...truths(node.left, isNegated, line), ...truths(node.right, isNegated, line)];
  if (node.kind === 'logical' && node.operator === 'or' && !isNegated)
    return demand('either', strength.existence, node, []);
  if (node.kind === 'binary') {
    const { operator, left, right } = node;
    if (['===', '==', 'is'].includes(operator)) return demand('equal', strength.exact, left, [right]);
    if (['!==', '!=', 'is not', '<>'].includes(operator))
      return demand('equal', strength.exact, left, [right], { isNegated: !isNegated });
    if (['<', '>', '<=', '>='].includes(operator)) return demand(operator, strength.part, left, [right]);
    if (operator === 'instanceof') return demand('type', strength.type, left, [right]);
    if (operator === 'in') return demand('part', strength.part, right, [left]);
    if (operator === 'not in') return demand('part', strength.part, right, [left], { isNegated: !isNegated });
  }
  if (node.kind === 'call') {
    const name = lastName(node.callee);
    if (
      node.callee.kind === 'member' &&
      /^(?:includes|startsWith|endsWith|has|test|match|startswith|endswith)$/.test(name)
    )
      return demand('part', strength.part, node.callee.object, node.args);
    if (/^(?:isinstance|isArray)$/.test(name))
      return demand('type', strength.type, node.args[0], node.args.slice(1));
    // A boolean answer: it can only be true or false.
    if (/^(?:is|has|can|equals|deepEqual|every|some|contains|isEqual|all|any)(?=[A-Z_]|$)/.test(name))
      return demand('equal', strength.exact, node, [], {
        constant: isNegated ? 'false' : 'true',
        isNegated: false,
      });
  }
  return demand(isNegated ? 'falsy' : 'truthy', strength.existence, node, [], { isNegated: false });
}

/** The strength of an expectation: a placeholder or a negation demands less, an error with a message more. */
function settled(demand: Demand): Demand {
  const { relation, expected } = demand;
  if (demand.isNegated && relation === 'called') return { ...demand, strength: strength.exact };
  if (demand.isNegated)
    return {
      ...demand,
      strength: Math.min(demand.strength, relation === 'part' ? strength.type : strength.existence),
    };
  if (relation === 'throws' || relation === 'rejects') {
    const says = expected.some((one) => !(one.kind === 'literal' && one.type === 'null'));
    return says ? { ...demand, strength: strength.part } : demand;
  }
  if (relation !== 'equal' || expected.length === 0) return demand;
  const wildcards = expected.map((one) => wildcard(one)).filter((one) => one !== undefined);
  if (expected.some(isApproximate)) return { ...demand, relation: 'close', strength: strength.part };
  return wildcards.length > 0 ? { ...demand, strength: Math.min(...wildcards) } : demand;
}

const isApproximate = (node: Syntax): boolean =>
  node.kind === 'call' && /(?:^|\.)(?:approx|closeTo)$/.test(dottedName(node.callee));

/** The demand of `expect.any(Number)` and the like in place of a value; undefined where there is none. */
function wildcard(node: Syntax): number | undefined {
  if (node.kind === 'member' && /(?:^|\.)ANY$/.test(dottedName(node))) return strength.existence;
  if (node.kind !== 'call') {
    const inner =
      node.kind === 'record'
        ? node.entries.map(({ value }) => wildcard(value))
        : node.kind === 'list'
          ? node.items.map(wildcard)
          : [];
    return inner.some((one) => one !== undefined) ? strength.part : undefined;
  }
  const name = dottedName(node.callee);
  if (name === 'expect.anything') return strength.existence;
  if (name === 'expect.any') return strength.type;
  return name.startsWith('expect.') ? strength.part : undefined;
}
