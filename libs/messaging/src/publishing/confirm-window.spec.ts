import fc from 'fast-check';
import { ConfirmWindow, type Pending } from './confirm-window';

const pending = (messageId: string, bytes = 1): Pending => ({
  messageId,
  exchange: 'events',
  routingKey: 'key',
  bytes,
  returned: undefined,
});

function filled(count: number): ConfirmWindow<Pending> {
  const window = new ConfirmWindow<Pending>(8, 100);
  for (let number = 1; number <= count; number += 1) window.add(pending(`m${number}`));
  return window;
}

const idsOf = (run: (each: (entry: Pending) => void) => void): string[] => {
  const ids: string[] = [];
  run(({ messageId }) => ids.push(messageId));
  return ids;
};

it('settles one, or all up to one', () => {
  const window = filled(5);
  expect(idsOf((each) => window.settle(2, false, each))).toEqual(['m2']);
  expect(idsOf((each) => window.settle(4, true, each))).toEqual(['m1', 'm3', 'm4']);
  expect(window.size).toBe(1);
});

it('settles nothing twice, and nothing that was not sent', () => {
  const window = filled(3);
  window.settle(3, true, () => undefined);
  expect(idsOf((each) => window.settle(2, false, each))).toEqual([]);
  expect(idsOf((each) => window.settle(99, true, each))).toEqual([]);
});

it('is full when the oldest unconfirmed message is a whole window behind', () => {
  const window = filled(8);
  window.settle(8, false, () => undefined);
  expect(window.hasRoom(1)).toBe(false);
  window.settle(1, false, () => undefined);
  expect(window.hasRoom(1)).toBe(true);
});

it('counts bytes, and takes a message larger than all of them when it is alone', () => {
  const window = new ConfirmWindow<Pending>(8, 100);
  expect(window.hasRoom(1_000)).toBe(true);
  window.add(pending('large', 90));
  expect(window.hasRoom(11)).toBe(false);
  expect(window.hasRoom(10)).toBe(true);
});

it('gives a return to the message that was returned, and only once', () => {
  const window = new ConfirmWindow<Pending>(8, 100);
  const [first, second, other] = [pending('same'), pending('same'), pending('other')];
  for (const entry of [other, first, second]) window.add(entry);
  window.markReturned(pending('same'), 'NO_ROUTE');
  expect([other.returned, first.returned, second.returned]).toEqual([undefined, 'NO_ROUTE', undefined]);
});

it('counts from one again on the next channel', () => {
  const window = filled(3);
  expect(idsOf((each) => window.drain(each))).toEqual(['m1', 'm2', 'm3']);
  window.add(pending('next'));
  expect(idsOf((each) => window.settle(1, false, each))).toEqual(['next']);
});

it('settles every message exactly once, whatever the broker says', () => {
  const answers = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(answers, (confirms) => {
      const window = new ConfirmWindow<Pending>(8, 1_000);
      const settled: string[] = [];
      let sent = 0;
      for (const [number, multiple] of confirms) {
        while (window.hasRoom(1)) window.add(pending(`m${(sent += 1)}`));
        window.settle(number, multiple, ({ messageId }) => settled.push(messageId));
      }
      window.drain(({ messageId }) => settled.push(messageId));
      expect(settled).toHaveLength(sent);
      expect(new Set(settled).size).toBe(sent);
    }),
  );
});
