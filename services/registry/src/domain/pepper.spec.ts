import { parsePeppers } from './pepper';

describe('parsePeppers', () => {
  it('reads versions, or one bare key', () => {
    expect(parsePeppers('0123456789abcdef')).toEqual([{ version: 1, key: '0123456789abcdef' }]);
    expect(parsePeppers('1:0123456789abcdef,2:fedcba9876543210')).toEqual([
      { version: 1, key: '0123456789abcdef' },
      { version: 2, key: 'fedcba9876543210' },
    ]);
  });

  it.each(['short', '', '1:0123456789abcdef,1:fedcba9876543210', '1:0123456789abcdef,2:short'])(
    'refuses %p',
    (text) => expect(parsePeppers(text)).toBeUndefined(),
  );
});
