import type { Rule, Scope, SourceCode } from 'eslint';
import { asNode, isFunction, isInside, isLoop, iterationOf, parentOf, type Node } from './syntax';

/** A place before a loop where something can be computed once, and the region from there to the loop's end. */
export interface HoistPlace {
  readonly region: Node;
  /** `declaration` is a whole statement without indentation. */
  insert(fixer: Rule.RuleFixer, declaration: string): readonly Rule.Fix[];
}

/**
 * Places before each loop that `node` is in, outermost first, as long as `variables` exist there. Loops are the statements
 * and the callbacks of array methods; any other function may run at another time, so it ends the search.
 */
export function hoistPlaces(
  source: SourceCode,
  node: Node,
  variables: readonly Scope.Variable[],
): readonly HoistPlace[] {
  const places: HoistPlace[] = [];
  for (let current = node; current.type !== 'Program'; current = parentOf(current)) {
    const iteration = iterationOf(current);
    const repeated = isLoop(current) && isRepeated(current, node) ? current : iteration?.call;
    if (repeated && variables.every((variable) => existsBefore(variable, repeated))) {
      const place = placeBefore(source, repeated);
      if (place) places.unshift(place);
    }
    if (isFunction(current) && !iteration) break;
  }
  return places.filter((place) => variables.every((variable) => existsBefore(variable, place.region)));
}

/** The parts of a loop that run once are not part of it. */
function isRepeated(loop: Node, node: Node): boolean {
  if (loop.type === 'ForStatement') return !loop.init || !isInside(node, asNode(loop.init));
  return loop.type !== 'ForOfStatement' && loop.type !== 'ForInStatement'
    ? true
    : !isInside(node, asNode(loop.right));
}

function existsBefore(variable: Scope.Variable, node: Node): boolean {
  return variable.defs.every((definition) => {
    const declared = asNode(definition.name);
    if (definition.type === 'ImportBinding') return true;
    const isBefore = (declared.range?.[1] ?? 0) <= (node.range?.[0] ?? 0);
    // A separate block would end before `node`; the scope must still be open there.
    return isBefore && isInside(node, asNode(variable.scope.block));
  });
}

/** A place right in front of what `node` is part of, run as often as `node` is; undefined in the head of a loop. */
export function nearestPlace(source: SourceCode, node: Node): HoistPlace | undefined {
  const place = placeBefore(source, node);
  if (!place) return undefined;
  for (let current = node; current !== place.region; current = parentOf(current))
    if (isLoop(current)) return undefined;
  return isLoop(place.region) ? undefined : place;
}

function placeBefore(source: SourceCode, repeated: Node): HoistPlace | undefined {
  for (let current = repeated; current.type !== 'Program'; current = parentOf(current)) {
    const parent = parentOf(current);
    if (parent.type === 'BlockStatement' || parent.type === 'Program' || parent.type === 'StaticBlock') {
      return {
        region: current,
        insert: (fixer, declaration) => [beforeStatement(source, fixer, current, declaration)],
      };
    }
    if (parent.type === 'ArrowFunctionExpression' && asNode(parent.body) === current) {
      return {
        region: current,
        insert: (fixer, declaration) => intoArrow(source, fixer, current, declaration),
      };
    }
  }
  return undefined;
}

function beforeStatement(
  source: SourceCode,
  fixer: Rule.RuleFixer,
  statement: Node,
  declaration: string,
): Rule.Fix {
  const [start = 0] = statement.range ?? [];
  return fixer.insertTextBeforeRange([start, start], `${declaration}\n${indentation(source, statement)}`);
}

/** `(a) => expression` becomes a block; parentheses around the expression go with it. */
function intoArrow(
  source: SourceCode,
  fixer: Rule.RuleFixer,
  body: Node,
  declaration: string,
): readonly Rule.Fix[] {
  const arrow = source.getTokenBefore(body, (token) => token.value === '=>');
  const last = source.getLastToken(parentOf(body));
  if (!arrow || !last) return [];
  const indent = indentation(source, parentOf(body));
  return [
    fixer.insertTextAfter(arrow, ` {\n${indent}  ${declaration}\n${indent}  return`),
    fixer.insertTextAfter(last, `;\n${indent}}`),
  ];
}

export function indentation(source: SourceCode, node: Node): string {
  const line = source.lines[(node.loc?.start.line ?? 1) - 1] ?? '';
  return /^\s*/.exec(line)?.[0] ?? '';
}

/** A name like `wanted` that is not used near `node`. */
export function freeName(source: SourceCode, node: Node, wanted: string, taken: Set<string>): string {
  const used = new Set(taken);
  for (let scope: Scope.Scope | null = source.getScope(node); scope; scope = scope.upper) {
    for (const variable of scope.variables) used.add(variable.name);
    for (const reference of scope.through) used.add(reference.identifier.name);
  }
  for (const scope of source.scopeManager.scopes)
    for (const variable of scope.variables) used.add(variable.name);
  let name = wanted;
  for (let count = 2; used.has(name); count += 1) name = `${wanted}${count}`;
  taken.add(name);
  return name;
}
