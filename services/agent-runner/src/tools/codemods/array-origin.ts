import type { Rule, Scope } from 'eslint';
import type { Expression, Node, VariableDeclarator } from 'estree';

/** Methods that only arrays have among what also has `includes`, and that return a fresh array. */
const arrayMethods: ReadonlySet<string> = new Set([
  'map',
  'filter',
  'flatMap',
  'flat',
  'toSorted',
  'toReversed',
  'split',
  'matchAll',
]);

/** Static functions that return a fresh array. */
const arrayFunctions: ReadonlySet<string> = new Set([
  'Array.from',
  'Array.of',
  'Object.keys',
  'Object.values',
  'Object.entries',
]);

/** Methods that neither change an array nor hand it out. */
const readingMethods: ReadonlySet<string> = new Set([
  'includes',
  'indexOf',
  'lastIndexOf',
  'at',
  'join',
  'map',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'forEach',
  'flatMap',
  'reduce',
  'slice',
  'entries',
  'keys',
  'values',
]);

/** Below this a set is not faster than looking. */
const fewElements = 8;

export type Parented = Node & { parent?: Parented };

/** An array that provably starts its life here, so that nobody else holds it. */
export function isFreshArray(expression: Expression): boolean {
  if (expression.type === 'ArrayExpression')
    return (
      expression.elements.length > fewElements ||
      expression.elements.some((element) => element?.type === 'SpreadElement')
    );
  if (expression.type !== 'CallExpression' || expression.callee.type !== 'MemberExpression') return false;
  const { object, property, computed } = expression.callee;
  if (computed || property.type !== 'Identifier') return false;
  if (object.type === 'Identifier' && arrayFunctions.has(`${object.name}.${property.name}`)) return true;
  return arrayMethods.has(property.name);
}

/** `const name = <fresh array>` as a declaration of its own, or undefined. */
export function freshArrayDeclarator(variable: Scope.Variable): VariableDeclarator | undefined {
  const [definition] = variable.defs;
  if (variable.defs.length !== 1 || definition?.type !== 'Variable' || definition.parent.kind !== 'const')
    return undefined;
  const declarator = definition.node;
  if (declarator.id.type !== 'Identifier' || !declarator.init) return undefined;
  if (definition.parent.declarations.length !== 1) return undefined;
  if ((definition.parent as Parented).parent?.type === 'ExportNamedDeclaration') return undefined;
  return isFreshArray(declarator.init) ? declarator : undefined;
}

export type Use = 'declaration' | 'membership' | 'reading' | 'other';

/** What is done with an array at one place where it is named. */
export function useOf(reference: Scope.Reference): Use {
  if (reference.init) return 'declaration';
  const node = reference.identifier as Parented;
  const parent = node.parent;
  if (!reference.isReadOnly() || !parent) return 'other';
  if (parent.type === 'ForOfStatement' && parent.right === node) return 'reading';
  if (parent.type === 'SpreadElement') return 'reading';
  if (parent.type !== 'MemberExpression' || parent.object !== node) return 'other';
  return useOfMember(parent as Parented & Rule.Node);
}

function useOfMember(member: Parented): Use {
  if (member.type !== 'MemberExpression' || member.optional) return 'other';
  const outer = member.parent;
  if (!outer || isWritten(member, outer)) return 'other';
  if (member.computed) return 'reading';
  if (member.property.type !== 'Identifier') return 'other';
  if (member.property.name === 'length') return 'reading';
  if (outer.type !== 'CallExpression' || outer.callee !== member || outer.optional) return 'other';
  if (member.property.name === 'includes')
    return outer.arguments.length === 1 && outer.arguments[0]?.type !== 'SpreadElement'
      ? 'membership'
      : 'reading';
  return readingMethods.has(member.property.name) ? 'reading' : 'other';
}

const isWritten = (member: Parented, outer: Parented): boolean =>
  (outer.type === 'AssignmentExpression' && outer.left === member) ||
  outer.type === 'UpdateExpression' ||
  (outer.type === 'UnaryExpression' && outer.operator === 'delete');
