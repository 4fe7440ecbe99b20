import type { Bindings } from '../syntax/print';
import type { FunctionSyntax, Syntax } from '../syntax/syntax';
import { boundNames, lastName, walk } from '../syntax/walk';
import { hidesFailures } from './control-flow';
import { isFailing } from './matchers';
import { rowsOf } from './rows';
import type { Suppression } from './test-model';

interface CalledBack {
  readonly body: readonly Syntax[];
  readonly parameters: readonly string[];
  readonly how: { readonly suppression: Suppression | undefined; readonly waits: boolean };
  /** The element that its first parameter is, where the list is known. */
  readonly item?: { readonly pattern: Syntax; readonly value: Syntax };
}

const later = /^(?:setTimeout|setImmediate|setInterval|queueMicrotask|nextTick|requestAnimationFrame)$/;
const overElements = /^(?:forEach|map|filter|some|every|find|reduce|flatMap)$/;

/** The functions passed to a call, and whether their results are awaited. */
export function calledBack(
  call: Extract<Syntax, { kind: 'call' }>,
  functions: ReadonlyMap<string, FunctionSyntax>,
  place: { readonly bindings: Bindings; readonly waits: boolean },
  isAwaited: boolean,
): readonly CalledBack[] {
  const name = lastName(call.callee);
  const caller = call.callee.kind === 'name' ? functions.get(call.callee.name) : undefined;
  const given = call.args.flatMap((argument, index) => {
    const own = argument.kind === 'name' ? functions.get(argument.name) : undefined;
    const callback = argument.kind === 'function' ? argument : own;
    return callback ? [{ callback, isHidden: caller !== undefined && hidesFailuresOf(caller, index) }] : [];
  });
  return given.flatMap(({ callback, isHidden }): readonly CalledBack[] => {
    const common = {
      body: callback.body,
      parameters: callback.parameters.flatMap(({ pattern }) => boundNames(pattern)),
    };
    if (later.test(name))
      return [{ ...common, how: { suppression: place.waits ? undefined : 'never_called', waits: false } }];
    if (name === 'Promise' && call.isNew)
      return [
        {
          ...common,
          how: { suppression: isAwaited || place.waits ? undefined : 'not_awaited', waits: true },
        },
      ];
    if (['then', 'catch', 'finally'].includes(name))
      return [
        {
          ...common,
          how: { suppression: isAwaited || place.waits ? undefined : 'not_awaited', waits: false },
        },
      ];
    if (overElements.test(name) && call.callee.kind === 'member') {
      const rows = rowsOf(call.callee.object, place.bindings);
      const pattern = callback.parameters[0]?.pattern;
      if (rows?.length === 0) return [{ ...common, how: { suppression: 'never_called', waits: false } }];
      // The failure of an async function is lost, unless its promises are collected.
      const suppression = callback.isAsync && !(name === 'map' && isAwaited) ? 'not_awaited' : undefined;
      if (rows && pattern)
        return rows.map((value) => ({
          ...common,
          how: { suppression, waits: false },
          item: { pattern, value },
        }));
      return [{ ...common, how: { suppression, waits: false } }];
    }
    return [{ ...common, how: { suppression: isHidden ? 'swallowed' : undefined, waits: false } }];
  });
}

/** A function that calls its argument, catches its failure, and ends normally. */
function hidesFailuresOf({ parameters, body }: FunctionSyntax, index: number): boolean {
  const pattern = parameters[index]?.pattern;
  if (pattern?.kind !== 'name') return false;
  let isHidden = false;
  let isTold = false;
  walk(body, (node) => {
    if (node.kind === 'throw') isTold = true;
    if (node.kind === 'call' && isFailing(lastName(node.callee))) isTold = true;
    if (node.kind !== 'try') return;
    isHidden ||=
      calls(node.body, pattern.name) && node.handlers.some((one) => hidesFailures(one, () => false));
  });
  return isHidden && !isTold;
}

function calls(body: readonly Syntax[], name: string): boolean {
  let isCalled = false;
  walk(body, (node) => {
    isCalled ||= node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === name;
  });
  return isCalled;
}
