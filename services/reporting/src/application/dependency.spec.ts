import { reportingFixture } from '../testing/reporting-fixture';
import { Dependency } from './dependency';

it('a dependency is checked at most once per interval, and at once after the clock was set back', async () => {
  const { clock, owned } = reportingFixture();
  let asked = 0;
  const check = async () => void (asked += 1);
  const dependency = new Dependency(
    'authentication',
    owned,
    { check, maxAgeMs: () => 10_000, minIntervalMs: () => 2_500 },
    clock,
  );
  for (let passed = 0; passed < 10_000; passed += 250) {
    await dependency.ask();
    clock.advance(250);
  }
  expect(asked).toBe(4);
  clock.advance(-3_600_000);
  await dependency.ask();
  expect(asked).toBe(5);
});
