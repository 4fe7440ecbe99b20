import type { Scope, SourceCode } from 'eslint';
import { isFreshArray } from './array-evidence';
import { collectionMethods, isNamedFunction, isPureCall, mutatingMethods, pureMethods } from './pure-calls';
import {
  asNode,
  descendants,
  initialValue,
  isInside,
  isLoop,
  isReassigned,
  methodCall,
  ownFunction,
  parentOf,
  startsAfter,
  variableOf,
  type Node,
} from './syntax';

/** The effect of a reference on the array of its variable. */
export type Use = 'reads' | 'mutates' | 'escapes';

export function useOf(source: SourceCode, identifier: Node): Use {
  const parent = parentOf(identifier);
  if (parent.type === 'MemberExpression' && asNode(parent.object) === identifier) return useOfMember(parent);
  if (parent.type === 'ForOfStatement' && asNode(parent.right) === identifier) return 'reads';
  if (parent.type === 'SpreadElement') return 'reads';
  if (parent.type === 'BinaryExpression' || parent.type === 'UnaryExpression') return 'reads';
  if (parent.type === 'IfStatement' || parent.type === 'LogicalExpression')
    return parent.type === 'IfStatement' ? 'reads' : 'escapes';
  if (
    (parent.type === 'CallExpression' || parent.type === 'NewExpression') &&
    asNode(parent.callee) !== identifier
  ) {
    return isPureCall(source, parent) ? 'reads' : 'escapes';
  }
  return 'escapes';
}

function useOfMember(member: Extract<Node, { type: 'MemberExpression' }>): Use {
  const { parent } = member;
  const isTarget =
    (parent.type === 'AssignmentExpression' && asNode(parent.left) === member) ||
    parent.type === 'UpdateExpression' ||
    (parent.type === 'UnaryExpression' && parent.operator === 'delete') ||
    parent.type === 'ArrayPattern' ||
    (parent.type === 'ForOfStatement' && asNode(parent.left) === member);
  if (isTarget) return 'mutates';
  const isCalled = parent.type === 'CallExpression' && asNode(parent.callee) === member;
  if (!isCalled) return 'reads';
  if (member.computed || member.property.type !== 'Identifier') return 'mutates';
  if (mutatingMethods.has(member.property.name)) return 'mutates';
  return pureMethods.has(member.property.name) ? 'reads' : 'escapes';
}

/** Whether a variable's array was created here and no other code has a reference to it while `region` runs. */
function isOwnDuring(source: SourceCode, variable: Scope.Variable, region: Node): boolean {
  const value = initialValue(variable);
  if (!value || isReassigned(variable) || !isFreshArray(source, value)) return false;
  // In a loop that does not create the array again, later text has run in the previous round.
  const loops = enclosingLoops(region).filter((loop) => !isInside(value, loop));
  return variable.references.every((reference) => {
    const identifier = asNode(reference.identifier);
    if (reference.init || useOf(source, identifier) !== 'escapes') return true;
    const isHere = ownFunction(identifier) === ownFunction(value);
    return isHere && startsAfter(identifier, region) && !loops.some((loop) => isInside(identifier, loop));
  });
}

function enclosingLoops(region: Node): readonly Node[] {
  const loops: Node[] = [];
  for (let node = parentOf(region); node.type !== 'Program'; node = parentOf(node)) {
    if (isLoop(node)) loops.push(node);
  }
  return loops;
}

/** Whether no code that runs while `region` runs can change the array in `variable`. */
export function isUnchangedDuring(source: SourceCode, variable: Scope.Variable, region: Node): boolean {
  if (isReassigned(variable)) return false;
  const isOwn = isOwnDuring(source, variable, region);
  for (const reference of variable.references) {
    const identifier = asNode(reference.identifier);
    if (reference.init) continue;
    const use = useOf(source, identifier);
    if (isInside(identifier, region) && use !== 'reads') return false;
    // Changed by a function from elsewhere: it may be called from the region.
    if (use === 'mutates' && ownFunction(identifier) !== ownFunction(region) && !isInside(identifier, region))
      return false;
  }
  for (const node of descendants(source, region)) {
    if (
      node.type === 'AwaitExpression' ||
      node.type === 'YieldExpression' ||
      (node.type === 'ForOfStatement' && node.await)
    ) {
      if (!isOwn) return false;
    }
    if (!isOwn && mayChangeAnotherArray(source, node, region)) return false;
  }
  return true;
}

function mayChangeAnotherArray(source: SourceCode, node: Node, region: Node): boolean {
  switch (node.type) {
    case 'TaggedTemplateExpression':
    case 'ImportExpression':
      return true;
    case 'NewExpression':
      return !isPureCall(source, node);
    case 'CallExpression': {
      if (isPureCall(source, node)) return false;
      const called = methodCall(node);
      if (!called) return true;
      if (collectionMethods.has(called.method))
        return node.arguments.some((argument) => isNamedFunction(source, asNode(argument)));
      return !(mutatingMethods.has(called.method) && isOwnReceiver(source, called.receiver, region));
    }
    case 'AssignmentExpression':
      return node.left.type === 'MemberExpression' && isElementWrite(source, asNode(node.left), region);
    case 'UpdateExpression':
      return (
        node.argument.type === 'MemberExpression' && isElementWrite(source, asNode(node.argument), region)
      );
    case 'UnaryExpression':
      return node.operator === 'delete';
    default:
      return false;
  }
}

/** `x[i] = ...` on a possible alias of the array; `x.name = ...` changes no element. */
function isElementWrite(source: SourceCode, member: Node, region: Node): boolean {
  if (member.type !== 'MemberExpression' || member.object.type === 'Super') return true;
  if (!member.computed && member.property.type === 'Identifier' && member.property.name !== 'length')
    return false;
  return !isOwnReceiver(source, asNode(member.object), region);
}

function isOwnReceiver(source: SourceCode, receiver: Node, region: Node): boolean {
  const variable = variableOf(source, receiver);
  if (!variable) return false;
  const value = initialValue(variable);
  if (value?.type === 'ObjectExpression' && !isReassigned(variable)) return true;
  return isOwnDuring(source, variable, region);
}
