import type { Scope, SourceCode } from 'eslint';
import {
  asNode,
  definitionOf,
  initialValue,
  isFunction,
  isReassigned,
  methodCall,
  parentOf,
  variableOf,
  type Node,
} from './syntax';

const arrayMakers = new Set([
  ...['map', 'filter', 'flatMap', 'flat', 'split', 'toSorted', 'toReversed', 'toSpliced'],
]);
const arrayStatics: Readonly<Record<string, ReadonlySet<string>>> = {
  Array: new Set(['from', 'of']),
  Object: new Set(['keys', 'values', 'entries', 'getOwnPropertyNames']),
};

/** Whether evaluating `node` creates an array that no other code has a reference to. */
export function isFreshArray(source: SourceCode, node: Node): boolean {
  if (node.type === 'ArrayExpression') return true;
  if (node.type === 'NewExpression') return node.callee.type === 'Identifier' && node.callee.name === 'Array';
  const called = methodCall(node);
  if (!called) return false;
  if (called.receiver.type === 'Identifier') {
    const statics = arrayStatics[called.receiver.name];
    if (statics && isGlobal(source, called.receiver)) return statics.has(called.method);
  }
  // Nothing but arrays (and texts, for `split`) has these, except the look-alikes of a collection library.
  return arrayMakers.has(called.method) && !usesCollectionLibrary(source);
}

/** Whether `node` names something that is certainly an array, by its initialiser or by a declared type. */
export function isKnownArray(source: SourceCode, node: Node): boolean {
  if (node.type !== 'Identifier') return false;
  const variable = variableOf(source, node);
  return variable !== undefined && isArrayVariable(source, variable);
}

export function isArrayVariable(source: SourceCode, variable: Scope.Variable): boolean {
  const value = initialValue(variable);
  if (value && !isReassigned(variable) && isFreshArray(source, value)) return true;
  const type = declaredType(source, variable);
  return type !== undefined && isArrayType(type);
}

/** The elements' type as written, for arrays whose type is declared: `string` of `readonly string[]`. */
export function elementType(source: SourceCode, variable: Scope.Variable): string | undefined {
  const type = declaredType(source, variable);
  if (type === undefined || !isArrayType(type)) return undefined;
  const bare = type.replace(/^readonly\s+/, '');
  return /^(?:Readonly)?Array<(.*)>$/.exec(bare)?.[1]?.trim() ?? bare.slice(0, -2).trim();
}

export const isKnownString = (source: SourceCode, variable: Scope.Variable): boolean =>
  declaredType(source, variable) === 'string';

const isArrayType = (type: string): boolean =>
  /^(?:readonly\s+)?(?:[\w.]+|\([^()]*\)|\{[^{}]*\})(?:\[\])+$/.test(type) ||
  /^(?:Readonly)?Array<[^|]*>$/.test(type);

/** From a TypeScript annotation, or a JSDoc comment in JavaScript. */
function declaredType(source: SourceCode, variable: Scope.Variable): string | undefined {
  const definition = definitionOf(variable);
  const name = definition?.name;
  if (name === undefined) return undefined;
  const annotation = (name as { typeAnnotation?: { typeAnnotation: Node } }).typeAnnotation;
  const isOptional = (name as { optional?: boolean }).optional === true;
  if (annotation) return isOptional ? undefined : source.getText(annotation.typeAnnotation);
  if (definition?.type === 'Parameter')
    return documentedParameter(source, asNode(definition.node), variable.name);
  if (definition?.type === 'Variable') {
    const comment = commentBefore(source, parentOf(asNode(definition.node)));
    return /@type\s*\{([^@]*?)\}\s*(?:\*|$|@)/m.exec(comment)?.[1]?.trim();
  }
  return undefined;
}

function documentedParameter(source: SourceCode, owner: Node, name: string): string | undefined {
  if (!isFunction(owner)) return undefined;
  const isAssigned = parentOf(owner).type === 'VariableDeclarator';
  const comment = commentBefore(source, isAssigned ? parentOf(parentOf(owner)) : owner);
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`@param\\s*\\{([^@]*?)\\}\\s+${escaped}(?![\\w$.])`).exec(comment)?.[1]?.trim();
}

function commentBefore(source: SourceCode, node: Node): string {
  const parent = parentOf(node);
  const isExported = parent.type === 'ExportNamedDeclaration' || parent.type === 'ExportDefaultDeclaration';
  const comment = source.getCommentsBefore(isExported ? parent : node).at(-1);
  return comment?.type === 'Block' ? comment.value : '';
}

/** Libraries whose collections have array-like methods with other meanings of equality. */
function usesCollectionLibrary(source: SourceCode): boolean {
  return /(?:from|require\()\s*['"](?:immutable|mori|mobx|rxjs|lazy\.js|linq)['"]/.test(source.text);
}

export const isGlobal = (source: SourceCode, identifier: Node): boolean => {
  const variable = variableOf(source, identifier);
  return variable === undefined || variable.defs.length === 0;
};
