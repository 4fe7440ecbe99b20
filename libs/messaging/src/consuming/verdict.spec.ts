import { failure, FailureException } from '@ymera/kernel';
import { dead, retry } from '../disposition';
import { bounded, verdictOf } from './verdict';

const policy = { maxAttempts: 3, baseMs: 100, maxMs: 350 };

it('pauses for what is away', () => {
  const unavailable = new FailureException(
    failure('unavailable', 'database_unavailable', 'The database does not answer.'),
  );
  expect(verdictOf(unavailable, 1, policy)).toMatchObject({ kind: 'pause' });
});

it('gives up at once on what will never work', () => {
  const wrong = new FailureException(failure('conflict', 'already_landed', 'It has landed.'));
  expect(verdictOf(wrong, 1, policy)).toEqual(dead('already_landed', 'It has landed.'));
});

it.each([
  ['a bug', new TypeError('x is undefined'), 'TypeError: x is undefined', {}],
  [
    'a retryable failure of the message itself',
    new FailureException(failure('timeout', 'slow', 'Too slow.')),
    'FailureException: slow: Too slow.',
    { maxAttempts: 4 * policy.maxAttempts },
  ],
  ['anything thrown', 'a string', 'a value that is not an error was thrown', {}],
])('tries again after %s, later each time', (_name, thrown, reason, tries) => {
  expect(verdictOf(thrown, 1, policy)).toEqual({ ...retry(100, reason), ...tries });
  expect(verdictOf(thrown, 2, policy)).toEqual({ ...retry(200, reason), ...tries });
  expect(verdictOf(thrown, 9, policy)).toEqual({ ...retry(350, reason), ...tries });
});

it.each([
  ['a statement or lock that took too long', failure('timeout', 'database_timeout', 'Too slow.'), 5_000],
  [
    'lost races for the same data',
    failure('conflict', 'transaction_contention', 'Others were first.', { retryable: true }),
    5_000,
  ],
  ['too much at once', failure('rate_limited', 'publisher_saturated', 'Too many.'), 64_000],
])('waits no longer than another try is worth after %s', (_name, problem, maxMs) => {
  const slow = { maxAttempts: 8, baseMs: 1_000, maxMs: 300_000 };
  const thrown = new FailureException(problem);
  expect(verdictOf(thrown, 2, slow)).toMatchObject({ kind: 'retry', afterMs: 2_000 });
  expect(verdictOf(thrown, 7, slow)).toMatchObject({ kind: 'retry', afterMs: maxMs });
});

it('gives a lost race more tries, so that it has about as long as any other message', () => {
  const slow = { maxAttempts: 8, baseMs: 1_000, maxMs: 300_000 };
  const waitedFor = (problem: ReturnType<typeof failure>): number => {
    const thrown = new FailureException(problem);
    for (let attempts = 1, waited = 0; ; attempts += 1) {
      const verdict = verdictOf(thrown, attempts, slow);
      if (verdict.kind !== 'retry' || bounded(verdict, attempts, slow).kind === 'dead') return waited;
      waited += verdict.afterMs;
    }
  };
  const race = failure('timeout', 'database_timeout', 'Too slow.');
  const other = failure('rate_limited', 'publisher_saturated', 'Too many.');
  expect(waitedFor(race)).toBeGreaterThan(waitedFor(other));
  expect(waitedFor(race)).toBeLessThan(2 * waitedFor(other));
});

it('turns the retry after the last attempt into a dead letter', () => {
  expect(bounded(retry(5, 'not yet'), 2, policy)).toEqual(retry(5, 'not yet'));
  expect(bounded(retry(5, 'not yet'), 3, policy)).toMatchObject({ kind: 'dead', code: 'attempts_exhausted' });
});
