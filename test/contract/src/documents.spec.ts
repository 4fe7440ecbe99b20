import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generatedDocuments,
  openApiDocument,
  problemCodesOf,
  problemStatusOf,
  routes,
} from '@ymera/contracts';

const folder = join(__dirname, '..', '..', '..', 'deploy', 'docs', 'generated');

// Mission: A10
describe('generated documents', () => {
  const documents = generatedDocuments();

  it('are complete, with no other file beside them', () => {
    const present = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.json'));
    expect(present.sort()).toEqual(Object.keys(documents).sort());
  });

  it.each(Object.keys(documents))('%s matches the declarations (else run npm run docs:generate)', (path) => {
    const committed: unknown = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(documents[path])));
  });

  it.each(Object.keys(documents))('%s has no dangling reference', (path) => {
    const document: unknown = documents[path];
    const dangling = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)]
      .map(([, pointer = '']) => pointer)
      .filter((pointer) => resolve(document, pointer) === undefined);
    expect(dangling).toEqual([]);
  });

  it.each(routes)('$operation documents the status of each of its codes', (route) => {
    const codes = problemCodesOf(route);
    expect(codes.filter((code) => problemStatusOf(code) === undefined)).toEqual([]);
    const { responses } = openApiDocument([route]).paths[route.path]?.[route.method.toLowerCase()] ?? {};
    const described = Object.keys(responses ?? {}).filter((status) => status !== String(route.status));
    expect(described.sort()).toEqual([...new Set(codes.map((code) => String(problemStatusOf(code))))].sort());
  });

  it('describe every route once', () => {
    const described = Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    );
    expect(described.sort()).toEqual(
      routes.map(({ operation, method, path }) => `${operation} ${method.toLowerCase()} ${path}`).sort(),
    );
  });
});

const resolve = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      document,
    );
