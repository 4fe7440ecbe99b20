import { problem } from '@ymera/contracts';
import { errorKinds, failure } from '@ymera/kernel';
import { z } from 'zod';
import { failureToProblem, statusOf } from './problem';
import { textFailure } from './text-failure';
import { validationFailure } from './validation-failure';

describe('failureToProblem', () => {
  it.each(errorKinds)('makes a documented problem of kind %s', (kind) => {
    const made = failureToProblem(failure(kind, 'some_code', 'What went wrong.'), {
      traceId: 'a'.repeat(32),
    });
    expect(problem.parse(made)).toEqual(made);
    expect(made).toMatchObject({ status: statusOf(kind), code: 'some_code', trace_id: 'a'.repeat(32) });
    expect(made.title).not.toBe('The request failed');
  });

  it('exposes no details except the errors of fields', () => {
    const { error } = z.object({ limit: z.number().max(5) }).safeParse({ limit: 6 });
    const refused = validationFailure(error ? [{ part: 'query', error }] : []);
    expect(failureToProblem(refused).errors).toEqual([{ path: 'query.limit', message: expect.any(String) }]);

    const internals = failure('conflict', 'busy', 'Busy.', { details: { sql: 'select', errors: 'none' } });
    expect(JSON.stringify(failureToProblem(internals))).not.toContain('select');
  });
});

describe('textFailure', () => {
  it('names the field, the character and its index', () => {
    expect(textFailure({ params: {}, query: { q: 'a\0' }, body: { list: ['', '\ud83d'] } })).toMatchObject({
      kind: 'validation',
      code: 'text_invalid',
      message: 'query.q: Holds NUL (U+0000) at index 1.',
      details: {
        errors: [
          { path: 'query.q', message: 'Holds NUL (U+0000) at index 1.' },
          { path: 'body.list.1', message: 'Holds half of a surrogate pair (U+D83D) at index 0.' },
        ],
      },
    });
  });

  it('accepts every other text, however odd', () => {
    const odd = '\u0001 \u007f \u202e \ufeff \ufffe 😀 é e\u0301 \u0000'.replace('\u0000', '\\u0000');
    expect(
      textFailure({ params: { odd }, query: undefined, body: { [odd]: [odd, 1, null] } }),
    ).toBeUndefined();
  });
});
