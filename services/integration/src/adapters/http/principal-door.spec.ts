import { parseAuthorization } from './http-authentication';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the authorization header', () => {
  it.each<[string | undefined, unknown]>([
    [basic('runner-1:ymk_1_x'), { principalId: 'runner-1', credential: 'ymk_1_x' }],
    [basic('runner-1:a:b').replace('Basic', 'bAsIc'), { principalId: 'runner-1', credential: 'a:b' }],
    ['Bearer ymk_1_x', { principalId: undefined, credential: 'ymk_1_x' }],
    [undefined, undefined],
    ['', undefined],
    ['Digest x', undefined],
    ['Basic', undefined],
    ['Basic %%%', undefined],
    [basic('no colon'), undefined],
    [basic(':only-password'), undefined],
    [basic('only-user:'), undefined],
  ])('%s', (header, expected) => {
    expect(parseAuthorization(header)).toEqual(expected);
  });
});
