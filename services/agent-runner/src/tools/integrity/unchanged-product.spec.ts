import { blockingCodes, examined } from '../../testing/examined-change';

const before = 'def after(month):\n    """The month after."""\n    return month + 1\n';
const test = (expected: number) =>
  `from shop.months import after\n\n\ndef test_after():\n    assert after(12) == ${expected}\n`;
const codes = (after: string, request = 'The month after December is January') =>
  blockingCodes(
    examined(
      [
        { path: 'shop/months.py', before, after },
        { path: 'tests/test_months.py', before: null, after: test(13) },
      ],
      { intent: 'DEBUG', request },
    ),
  );

describe('a product with changed comments only', () => {
  it('is reported as not fixed', () => {
    expect(codes(before.replace('The month after.', 'The number after.'))).toEqual(['product_unchanged']);
    expect(codes(`# Months count from 1.\n${before}`)).toEqual(['product_unchanged']);
  });

  it('is accepted when the request asks for documentation, or when code changed as well', () => {
    expect(codes(`# Months count from 1.\n${before}`, 'The comment on months is missing')).toEqual([]);
    expect(codes(before.replace('month + 1', 'month % 12 + 1'))).toEqual([]);
  });
});

describe('a package among the tests', () => {
  const shadow = (path: string) =>
    blockingCodes(
      examined(
        [
          { path: 'shop/months.py', before: '', after: before },
          { path, before: null, after: 'def after(month):\n    return 1\n' },
        ],
        { intent: 'FEATURE', request: 'Add after(month)', unchanged: { 'shop/__init__.py': '' } },
      ),
    );

  it('is refused when it has the name of a product package', () => {
    expect(shadow('tests/shop/__init__.py')).toEqual(['lookalike_import']);
    expect(shadow('tests/helpers/__init__.py')).toEqual([]);
  });
});
