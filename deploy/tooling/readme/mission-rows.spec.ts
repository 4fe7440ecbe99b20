import { isOnRealParts, showingsIn } from './mission-rows';

describe('the marks of the mission', () => {
  it('are read with the path of their spec', () => {
    const text =
      "// Mission: A1, K10\ndescribe('x', () => {\n  // Mission: B2\n  it.each([1])('y', () => {});\n});\n";
    expect(showingsIn('x.spec.ts', text)).toEqual([
      { row: 'A1', spec: 'x.spec.ts' },
      { row: 'K10', spec: 'x.spec.ts' },
      { row: 'B2', spec: 'x.spec.ts' },
    ]);
  });

  it.each([
    ['names no row', '// Mission: everything\nit('],
    ['names no row', '// Mission: A1 B2\nit('],
    ['stands above no test', '// Mission: A1\nconst x = 1;'],
    ['stands above no test', "// Mission: A1\nit.skip('x')"],
    ['stands above no test', "// Mission: A1\ndescribe.skip('x')"],
    ['stands above no test', "// Mission: A1\nit.todo('x')"],
  ])('are refused that %s (%j)', (why, text) => {
    expect(() => showingsIn('x.spec.ts', text)).toThrow(why);
  });

  it.each([
    ['test/e2e/src/demo.spec.ts', true],
    ['services/gateway/src/gateway.spec.ts', true],
    ['services/gateway/src/domain/alert.spec.ts', false],
    ['libs/kernel/src/kernel.spec.ts', false],
  ])('isOnRealParts of %s is %s', (spec, isReal) => {
    expect(isOnRealParts(spec)).toBe(isReal);
  });
});
