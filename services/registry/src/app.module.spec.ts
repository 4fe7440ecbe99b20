import { leakGuard } from '@ymera/testing';
import { tellAgentLife } from './testing/agent-life.story';
import { tellCallback } from './testing/callback.story';
import { tellIdentity } from './testing/identity.story';
import { RegistryScene } from './testing/registry-scene';

describe('the registry, on a real broker that asks it about every principal', () => {
  const scene = new RegistryScene();

  beforeAll(() => scene.open(), 90_000);
  afterEach(() => scene.registry.closeConnections());
  afterAll(() => scene.registry.stop(), 30_000);

  // Mission: A4
  describe('identity', () => {
    tellIdentity(scene);
  });

  describe('the callback', () => {
    tellCallback(scene);
  });

  describe('the life of an agent', () => {
    tellAgentLife(scene);
  });

  leakGuard();
});
