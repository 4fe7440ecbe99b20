import fc from 'fast-check';
import { cursor as cursorText, uuid } from '../shared/ids';
import { pageCursor } from './page-cursor';

const requests = pageCursor('requests', uuid);
const agents = pageCursor('agents', uuid);

describe('pageCursor', () => {
  it('decodes the position that it encoded', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const text = requests.encode(id);
        expect(cursorText.parse(text)).toBe(text);
        expect(requests.decode(text)).toEqual({ ok: true, value: id });
      }),
    );
  });

  it('reads from the beginning without a cursor', () => {
    expect(requests.decode(undefined)).toEqual({ ok: true, value: undefined });
  });

  const text = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const id = '01936d00-0000-7000-8000-000000000001';
  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a bare id', id],
    ['a NUL', '\0'],
    ['half of a surrogate pair', '\ud800'],
    ['a cursor of another list', agents.encode(id)],
    ['another version', text([2, 'requests', id])],
    ['a position of another kind', text([1, 'requests', -1])],
    ['no position', text([1, 'requests'])],
    ['more than a position', text([1, 'requests', id, id])],
    ['a huge number', text([1, 'requests', 1e308])],
    ['no list', text({ __proto__: null, 0: 1 })],
    ['null', text(null)],
    ['JSON that is cut', Buffer.from('[1,"requests"').toString('base64url')],
    ['padding', `${requests.encode(id)}=`],
    ['a space', ` ${requests.encode(id)}`],
  ])('refuses %s', (_what, given) => {
    expect(requests.decode(given)).toMatchObject({
      ok: false,
      error: {
        kind: 'validation',
        code: 'cursor_invalid',
        message: 'Invalid cursor. Use next_cursor of the previous page.',
        details: { errors: [{ path: 'query.cursor' }] },
      },
    });
  });

  it('refuses every text that it did not encode, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        expect(requests.decode(given).ok).toBe(false);
      }),
    );
  });

  it('removes the extra entry, and points behind the last entry of the page', () => {
    const found = fc.sample(fc.uuid(), 4);
    const page = requests.page(found, 3, (entry) => entry);
    expect(page.items).toEqual(found.slice(0, 3));
    expect(requests.decode(page.next_cursor ?? '')).toEqual({ ok: true, value: found[2] });
    expect(requests.page(found, 4, (entry) => entry)).toEqual({ items: found, next_cursor: null });
    expect(requests.page([], 4, String)).toEqual({ items: [], next_cursor: null });
  });
});
