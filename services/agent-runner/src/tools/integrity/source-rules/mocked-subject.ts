import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { boundNames, constantText, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { importsOf } from '../test-names';
import { resolveModule } from './resolve-module';
import type { SourceFinding, SourceRule } from './source-rule';

const moduleMock =
  /^(?:jest|vi|vitest)\.(?:mock|doMock|unstable_mockModule|setMock)$|(?:^|\.)mock\.module$|^(?:td\.replace|proxyquire|rewiremock|mockery\.registerMock|esmock|mock\.patch|patch|unittest\.mock\.patch|mocker\.patch|t\.mockImport|t\.mockRequire)$/;
const methodMock = /(?:^|\.)(?:mock\.method|spyOn|stub|replace|patch\.object|setattr)$/;
const keepsOriginal =
  /importActual|requireActual|importOriginal|actual\b|original\b|calls?Through|callThrough|wraps/;

/** A test that replaces its own subject. */
export const mockedSubject: SourceRule = (file, { paths }) => {
  if (file.role !== 'test') return [];
  const found: SourceFinding[] = [];
  const imports = importsOf(file.syntax).map((one) => ({
    ...one,
    path: resolveModule(file.path, one.module, paths),
  }));
  const local = new Map(
    imports.flatMap((one) => (one.path === undefined ? [] : [[one.local, one.path] as const])),
  );
  // `const queue = new Queue()`: a mock of the object is a mock of the product.
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'declare' || node.target.kind !== 'name' || node.value?.kind !== 'call') return;
    const path = local.get(dottedName(node.value.callee).split('.')[0] ?? '');
    if (path !== undefined && !local.has(node.target.name)) local.set(node.target.name, path);
  });
  const asserted = calledInAssertions(file.syntax.body);
  const subjects = new Set([...asserted].flatMap((name) => local.get(name.split('.')[0] ?? '') ?? []));
  const add = (node: Syntax, what: string) =>
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'subject_mocked',
        'high',
        `The test replaces its own subject: ${what}.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Test the product itself, and replace only what it uses.',
      ),
    });
  const isSubject = (path: string) =>
    subjects.has(path) || (isNamedAfter(file.path, path) && asserted.size > 0);
  walk(file.syntax.body, (node) => {
    if (node.kind === 'assign' && node.target.kind === 'member' && node.target.object.kind === 'name') {
      const path = local.get(node.target.object.name);
      const property = typeof node.target.property === 'string' ? node.target.property : '';
      if (path !== undefined && asserted.has(`${node.target.object.name}.${property}`))
        add(node, `${property} of ${path}`);
    }
    if (node.kind !== 'call') return;
    const name = dottedName(node.callee);
    const [first, second] = node.args;
    if (moduleMock.test(name) && first) {
      const target = constantText(first.kind === 'call' ? (first.args[0] ?? first) : first) ?? '';
      const path = resolveModule(file.path, target, paths) ?? dottedModule(target, paths);
      const isPartial = node.args
        .slice(1)
        .some((one) => keepsOriginal.test(print(one)) && !replacesAsserted(one, asserted));
      const member = target.split('.').at(-1) ?? '';
      const isDotted =
        path === undefined
          ? false
          : file.syntax.language === 'python'
            ? [...asserted].some((one) => one.split('.').at(-1) === member)
            : isSubject(path);
      if (path !== undefined && isDotted && !isPartial) add(node, path);
    }
    if (!methodMock.test(name) || !first || !second) return;
    // `monkeypatch.setattr("tests.test_area.rectangle", ...)`
    const dotted = /setattr$/.test(name) ? constantText(first) : undefined;
    const member = dotted?.includes('.') ? (dotted.split('.').at(-1) ?? '') : '';
    const replaced =
      member !== '' && [...asserted].some((one) => one.split('.').at(-1) === member)
        ? (local.get(member) ?? dottedModule(dotted ?? '', paths))
        : undefined;
    if (replaced !== undefined) add(node, `${member} of ${replaced}`);
    const property = constantText(second);
    const object = dottedName(first);
    if (property === undefined) return;
    // The test's own module, however it is imported: its names are those that the test calls.
    if (object === '') {
      const own = local.get(property);
      if (own !== undefined && asserted.has(property)) add(node, `${property} of ${own}`);
      return;
    }
    const path = local.get(object.split('.')[0] ?? '');
    const isReplaced =
      /stub$|method$|setattr$|replace$|patch\.object$/.test(name) || isGivenAnswer(node, file.syntax.body);
    const isWrapped = node.args.slice(2).some((one) => keepsOriginal.test(print(one)));
    if (path !== undefined && asserted.has(`${object}.${property}`) && isReplaced && !isWrapped)
      add(node, `${property} of ${path}`);
  });
  return found;
};

/** `spyOn(a, 'b')` only observes, until it gets an implementation. */
const isGivenAnswer = (call: Syntax, body: readonly Syntax[]): boolean => {
  let is = false;
  walk(body, (node) => {
    if (node.kind === 'member' && node.object === call)
      is ||=
        /^(?:mock(?:Return|Resolved|Rejected|Implementation)\w*|returns|resolves|rejects|callsFake|and)$/.test(
          typeof node.property === 'string' ? node.property : '',
        );
  });
  return is;
};

const replacesAsserted = (factory: Syntax, asserted: ReadonlySet<string>): boolean => {
  let is = false;
  walk([factory], (node) => {
    if (node.kind !== 'record') return;
    for (const { key } of node.entries)
      is ||= key?.kind === 'name' && [...asserted].some((one) => one.split('.').at(-1) === key.name);
  });
  return is;
};

/** `test/sum.test.js` is about `src/sum.js`. */
const isNamedAfter = (test: string, path: string): boolean => {
  const base = (name: string) =>
    (name.split('/').at(-1) ?? '')
      .replace(/^test_|_test(?=\.)|[.-](?:test|spec)(?=\.)/g, '')
      .replace(/\.[^/]+$/, '')
      .replace(/\..*$/, '');
  return base(test) === base(path);
};

/** `shop.cart.total` is in `shop/cart.py`. */
const dottedModule = (name: string, paths: ReadonlySet<string>): string | undefined => {
  const parts = name.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const base = parts.slice(0, length).join('/');
    for (const path of [`${base}.py`, `${base}/__init__.py`, `src/${base}.py`])
      if (paths.has(path)) return path;
  }
  return undefined;
};

/** Functions whose results are asserted, directly or by the name that they were assigned to. */
function calledInAssertions(body: readonly Syntax[]): ReadonlySet<string> {
  const values = new Map<string, Syntax[]>();
  walk(body, (node) => {
    const [target, value] =
      node.kind === 'declare' || node.kind === 'assign' ? [node.target, node.value] : [];
    if (target && value)
      for (const name of boundNames(target)) values.set(name, [...(values.get(name) ?? []), value]);
  });
  const found = new Set<string>();
  const add = (node: Syntax, depth: number): void =>
    walk([node], (inner) => {
      if (inner.kind === 'call') found.add(dottedName(inner.callee));
      if (inner.kind === 'name' && depth < 3)
        for (const value of values.get(inner.name) ?? []) add(value, depth + 1);
    });
  walk(body, (node) => {
    if (node.kind !== 'call') return;
    const name = dottedName(node.callee);
    if (
      /^(?:assert|expect)(?:$|\.|_)|^(?:t|self)\.(?!test|mock|before|after)\w+$|^(?:equal|deepEqual|strictEqual|deepStrictEqual|ok|match|rejects|throws)$/.test(
        name,
      )
    )
      for (const argument of node.args) add(argument, 0);
  });
  found.delete('');
  return found;
}
