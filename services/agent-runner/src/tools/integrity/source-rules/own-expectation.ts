import { print } from '../../syntax/print';
import type { FunctionSyntax, Syntax } from '../../syntax/syntax';
import { boundNames, dottedName, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { importsOf } from '../test-names';
import { resolveModule } from './resolve-module';
import type { SourceFinding, SourceRule } from './source-rule';

const writes =
  /^(?:writeFile|writeFileSync|outputFile|write_text|write_bytes|writeTextFile|writeTextFileSync)$/;
const reads = /^(?:readFile|readFileSync|read_text|read_bytes|readTextFile|readTextFileSync)$/;

/** A test that first stores the product's answer, and then compares the product with it. */
export const ownExpectation: SourceRule = (file, { paths }) => {
  if (file.role !== 'test') return [];
  const products = new Set(
    importsOf(file.syntax)
      .filter(({ module }) => resolveModule(file.path, module, paths) !== undefined)
      .map(({ local }) => local),
  );
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    const read = new Set(callsIn(node, reads).flatMap((one) => place(one) ?? []));
    for (const call of callsIn(node, writes)) {
      const where = place(call);
      const isStored = call.args.some((one) => callsProduct(one, products));
      if (where === undefined || !read.has(where) || !isStored) continue;
      found.push({
        subject: print(call),
        finding: finding(
          'expectation_written_by_product',
          'high',
          'The test writes the product’s answer to the file with its own expectation.',
          { file: file.path, line: call.line, evidence: print(call) },
          'Keep the expectation in the repository, and only read it.',
        ),
      });
    }
  });
  return found;
};

/** `if (read(file) !== content) write(file, content)`: every answer becomes the expectation. */
export const renewedExpectation: SourceRule = (file) => {
  if (file.role !== 'test') return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    const parameters = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
    walk(node.body, (inner) => {
      if (inner.kind === 'function') return false;
      if (inner.kind !== 'if' || asksPerson.test(print(inner.test))) return true;
      const write = callsIn({ ...node, body: inner.whenTrue }, writes).find(
        (call) => parameters.has(place(call) ?? '') && print(inner.test).includes(`(${place(call) ?? ''}`),
      );
      if (!write || !readsAny(inner.test)) return true;
      found.push({
        subject: print(write),
        finding: finding(
          'expectation_written_by_product',
          'high',
          'The expectation is overwritten when it differs from the answer.',
          { file: file.path, line: write.line, evidence: print(inner) },
          'Keep the expectation in the repository, and only read it.',
        ),
      });
      return false;
    });
  });
  return found;
};

/** Renewing stored answers on a person's request is usual. */
const asksPerson = /\benv\b|environ|argv|update|regenerate|UPDATE|getoption/;

function readsAny(node: Syntax): boolean {
  let is = false;
  walk([node], (inner) => {
    is ||= inner.kind === 'call' && reads.test(lastName(inner.callee));
  });
  return is;
}

type Call = Extract<Syntax, { kind: 'call' }>;

/** Unconditional writes: renewing stored answers on request is usual. */
function callsIn({ body }: FunctionSyntax, name: RegExp): readonly Call[] {
  const found: Call[] = [];
  walk(body, (node) => {
    if (node.kind === 'if' || node.kind === 'conditional' || node.kind === 'function') return false;
    if (node.kind === 'call' && name.test(lastName(node.callee))) found.push(node);
    return true;
  });
  return found;
}

/** The file of a call: its first argument, or the path of its method. */
const place = ({ callee, args }: Call): string | undefined =>
  callee.kind === 'member' && callee.property !== undefined && /_/.test(lastName(callee))
    ? print(callee.object)
    : args[0] && print(args[0]);

function callsProduct(node: Syntax, products: ReadonlySet<string>): boolean {
  let is = false;
  walk([node], (inner) => {
    is ||= inner.kind === 'call' && products.has(dottedName(inner.callee).split('.')[0] ?? '');
  });
  return is;
}
