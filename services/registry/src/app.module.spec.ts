import { leakGuard } from '@ymera/testing';
import { describeAgentLife } from './testing/agent-life.story';
import { describeCallback } from './testing/callback.story';
import { describeIdentity } from './testing/identity.story';
import { RegistryFixture } from './testing/registry-fixture';

describe('the registry on a real broker that asks it about every principal', () => {
  const fixture = new RegistryFixture();

  beforeAll(() => fixture.open(), 90_000);
  afterEach(() => fixture.registry.closeConnections());
  afterAll(() => fixture.registry.stop(), 30_000);

  // Mission: A4
  describe('a principal’s identity', () => {
    describeIdentity(fixture);
  });

  describe('the broker callback', () => {
    describeCallback(fixture);
  });

  describe('an agent', () => {
    describeAgentLife(fixture);
  });

  leakGuard();
});
