import fc from 'fast-check';
import { AckWindow } from './ack-window';

/** What a broker does with acknowledgements, refusing those it does not know. */
class Broker {
  readonly unacknowledged: Set<number>;
  frames = 0;

  constructor(tags: number) {
    this.unacknowledged = new Set(Array.from({ length: tags }, (_, index) => index + 1));
  }

  readonly acknowledge = (tag: number, allUpTo: boolean): void => {
    this.frames += 1;
    if (!this.unacknowledged.delete(tag)) throw new Error(`unknown tag ${tag}`);
    if (allUpTo) for (const other of this.unacknowledged) if (other < tag) this.unacknowledged.delete(other);
  };
}

const settleAll = (window: AckWindow, tags: readonly number[]): void => {
  for (const tag of tags) window.settle(tag);
};

it('acknowledges a whole batch with one frame', () => {
  const broker = new Broker(500);
  const window = new AckWindow();
  settleAll(window, [...broker.unacknowledged]);
  window.flush(broker.acknowledge);
  expect(broker.unacknowledged.size).toBe(0);
  expect(broker.frames).toBe(1);
});

it('does not let a slow message hold back the others', () => {
  const broker = new Broker(3);
  const window = new AckWindow();
  settleAll(window, [2, 3]);
  window.flush(broker.acknowledge);
  expect([...broker.unacknowledged]).toEqual([1]);
});

it('acknowledges exactly what is settled, each once, in any order and grouping', () => {
  const order = fc.integer({ min: 1, max: 60 }).chain((size) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index + 1),
        { minLength: 0, maxLength: size },
      ),
      fc.array(fc.boolean(), { minLength: size, maxLength: size }),
      fc.constant(size),
    ),
  );
  fc.assert(
    fc.property(order, ([tags, flushes, size]) => {
      const broker = new Broker(size);
      const window = new AckWindow();
      for (const [index, tag] of tags.entries()) {
        window.settle(tag);
        if (flushes[index]) window.flush(broker.acknowledge);
      }
      window.flush(broker.acknowledge);
      const open = Array.from({ length: size }, (_, index) => index + 1).filter((tag) => !tags.includes(tag));
      expect([...broker.unacknowledged].sort((a, b) => a - b)).toEqual(open);
    }),
  );
});
