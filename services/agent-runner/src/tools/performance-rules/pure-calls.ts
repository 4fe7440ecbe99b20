import type { SourceCode } from 'eslint';
import { isGlobal } from './array-evidence';
import {
  asNode,
  initialValue,
  isFunction,
  methodCall,
  variableOf,
  type MethodCall,
  type Node,
} from './syntax';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/**
 * Assumptions that no analysis of one file could prove: reading a property has no effect, and methods
 * with the names of built-in ones behave like them. Every rewrite is followed by the project's tests and a measurement.
 */
export const pureMethods = words(
  `at charAt charCodeAt codePointAt concat endsWith entries every exec filter find findIndex findLast findLastIndex flat
  flatMap forEach get has includes indexOf join keys lastIndexOf localeCompare map match matchAll normalize padEnd padStart
  reduce reduceRight repeat search slice some split startsWith substring test toFixed toLocaleLowerCase toLocaleUpperCase
  toLowerCase toReversed toSorted toSpliced toString toUpperCase trim trimEnd trimStart valueOf values`,
);
/** Of the pure ones, those that call their argument. */
const callbackMethods = words(
  'every filter find findIndex findLast findLastIndex flatMap forEach map reduce reduceRight some toSorted',
);
/** They change a set or map, which no array can be. */
export const collectionMethods = words('add set');
export const mutatingMethods = words('push pop shift unshift splice sort reverse fill copyWithin');
const pureGlobals = words('Boolean Number String BigInt Symbol parseInt parseFloat isNaN structuredClone');
const pureNamespaces = words('Math Number Object String JSON Array Date Reflect');
const impureStatics = words(
  'assign defineProperty defineProperties set deleteProperty setPrototypeOf apply construct freeze',
);
const pureConstructors = words('Set Map Date RegExp Array WeakMap WeakSet URL Error TypeError RangeError');

/** A call that changes nothing that existed before it. Inline callbacks are analysed at their place. */
export function isPureCall(source: SourceCode, node: Node): boolean {
  if (node.type === 'NewExpression') {
    const { callee } = node;
    return (
      callee.type === 'Identifier' && pureConstructors.has(callee.name) && isGlobal(source, asNode(callee))
    );
  }
  if (node.type !== 'CallExpression') return false;
  if (node.arguments.some((argument) => isNamedFunction(source, asNode(argument)))) return false;
  if (node.callee.type === 'Identifier')
    return pureGlobals.has(node.callee.name) && isGlobal(source, asNode(node.callee));
  const called = methodCall(node);
  if (!called) return false;
  if (called.receiver.type === 'Identifier' && isGlobal(source, called.receiver)) {
    return (
      pureNamespaces.has(called.receiver.name) &&
      !impureStatics.has(called.method) &&
      !runsAnArgument(source, called)
    );
  }
  const [callback] = called.arguments;
  const runsUnseen =
    callbackMethods.has(called.method) &&
    callback &&
    !isFunction(callback) &&
    !isPureFunction(source, callback);
  return pureMethods.has(called.method) && !runsUnseen;
}

/** `Array.from(list, change)`, `JSON.parse(text, revive)`. */
const runsAnArgument = (source: SourceCode, called: MethodCall): boolean =>
  called.arguments.slice(1).some((argument) => !isFunction(argument) && !isPureFunction(source, argument));

const isPureFunction = (source: SourceCode, callback: Node): boolean =>
  callback.type === 'Literal' ||
  (callback.type === 'Identifier' && pureGlobals.has(callback.name) && isGlobal(source, callback));

/** A function passed by name runs code that is not analysed. */
export function isNamedFunction(source: SourceCode, argument: Node): boolean {
  if (argument.type !== 'Identifier') return false;
  const variable = variableOf(source, argument);
  if (!variable || variable.defs.length === 0)
    return !pureGlobals.has(argument.name) && argument.name !== 'undefined';
  const definition = variable.defs[0];
  if (definition?.type === 'FunctionName' || definition?.type === 'ImportBinding') return true;
  const value = initialValue(variable);
  return value?.type === 'ArrowFunctionExpression' || value?.type === 'FunctionExpression';
}
