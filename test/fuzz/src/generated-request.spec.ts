import { openApiDocument, routes } from '@ymera/contracts';
import fc from 'fast-check';
import { operationsOf, requestOf } from './generated-request';
import { SeenValues } from './known-values';

const operations = operationsOf(openApiDocument());

describe('generated requests', () => {
  it('cover every route', () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      routes.map(({ operation }) => operation).sort(),
    );
  });

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'of %s are both valid and invalid',
    (operationId, operation) => {
      const route = routes.find((each) => each.operation === operationId);
      const requests = fc.sample(requestOf(operation, new SeenValues()), { numRuns: 300, seed: 1 });
      const isValid = ({ body }: (typeof requests)[number]): boolean => {
        try {
          return route?.body?.safeParse(JSON.parse(body?.toString() ?? '')).success ?? true;
        } catch {
          return false;
        }
      };
      if (route?.body) {
        expect(requests.filter(isValid).length).toBeGreaterThan(30);
        expect(requests.filter((request) => !isValid(request)).length).toBeGreaterThan(30);
      }
      for (const { target, headers } of requests) {
        expect(target).toMatch(/^\/[\x21-\x7e]*$/);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
      }
    },
  );

  it('are deterministic for a seed and the known values', () => {
    const [operation] = operations;
    const sample = () =>
      operation && fc.sample(requestOf(operation, new SeenValues()), { numRuns: 20, seed: 5 });
    expect(sample()).toEqual(sample());
  });
});

describe('SeenValues', () => {
  it('learns ids, digests, tokens and cursors from answers, and keeps the newest', () => {
    const seen = new SeenValues();
    seen.learn({ items: [{ request_id: 'r', text: 'x' }], next_cursor: 'c', subject_digest: null });
    expect([seen.of('request_id'), seen.of('cursor'), seen.of('text')]).toEqual([['r'], ['c'], []]);
    for (let number = 0; number < 100; number += 1) seen.add('request_id', `${number}`);
    expect(seen.of('request_id')).toEqual(['94', '95', '96', '97', '98', '99']);
  });
});
