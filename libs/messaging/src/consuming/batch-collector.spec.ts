import { BatchCollector } from './batch-collector';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterEach(() => jest.useRealTimers());

it('hands over a full batch at once', () => {
  const batches: number[][] = [];
  const collector = new BatchCollector<number>(
    { max: 3, waitMs: 50 },
    async (items) => void batches.push(items),
  );
  for (const item of [1, 2, 3]) collector.add(item);
  expect(batches).toEqual([[1, 2, 3]]);
});

it('hands over an incomplete batch when its first item has waited long enough', () => {
  const batches: number[][] = [];
  const collector = new BatchCollector<number>(
    { max: 3, waitMs: 50 },
    async (items) => void batches.push(items),
  );
  collector.add(1);
  jest.advanceTimersByTime(30);
  collector.add(2);
  expect(batches).toEqual([]);
  jest.advanceTimersByTime(20);
  expect(batches).toEqual([[1, 2]]);
});

it('collects while a batch is in work, and never works on two', async () => {
  const batches: number[][] = [];
  let finish = (): void => undefined;
  const collector = new BatchCollector<number>({ max: 2, waitMs: 50 }, (items) => {
    batches.push(items);
    return new Promise((resolve) => (finish = resolve));
  });
  for (const item of [1, 2, 3, 4, 5]) collector.add(item);
  expect(batches).toEqual([[1, 2]]);
  finish();
  await nextTurn();
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  finish();
  await nextTurn();
  jest.advanceTimersByTime(50);
  expect(batches).toEqual([[1, 2], [3, 4], [5]]);
});

it('gives back what it has not handed over, and leaves no timer', () => {
  const collector = new BatchCollector<number>({ max: 3, waitMs: 50 }, async () => undefined);
  collector.add(1);
  expect(collector.clear()).toEqual([1]);
  expect(jest.getTimerCount()).toBe(0);
});
