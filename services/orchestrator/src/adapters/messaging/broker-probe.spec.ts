import { FakeClock } from '@ymera/testing';
import { BrokerProbe } from './broker-probe';

describe('BrokerProbe', () => {
  it('trusts an answer for a moment, and asks the broker again after that', async () => {
    const clock = new FakeClock();
    let questions = 0;
    const presence = new BrokerProbe(async () => (questions += 1), 500, clock);
    await presence.assert();
    clock.advance(500);
    await presence.assert();
    expect(questions).toBe(1);
    clock.advance(1);
    await presence.assert();
    expect(questions).toBe(2);
  });

  it('fails while the broker hangs, and succeeds as soon as it answers', async () => {
    const clock = new FakeClock();
    let isHanging = true;
    const hung = new Promise<void>(() => undefined);
    const presence = new BrokerProbe(() => (isHanging ? hung : Promise.resolve()), 20, clock);
    await expect(presence.assert()).rejects.toThrow('broker_silent');
    isHanging = false;
    await presence.assert();
  });

  it('asks once for all concurrent callers', async () => {
    let questions = 0;
    const presence = new BrokerProbe(async () => (questions += 1), 500, new FakeClock());
    await Promise.all([presence.assert(), presence.assert(), presence.assert()]);
    expect(questions).toBe(1);
  });
});
