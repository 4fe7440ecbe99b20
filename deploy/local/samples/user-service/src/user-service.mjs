import { ProfileCache } from './profile-cache.mjs';
import { SessionStore } from './session-store.mjs';
import { UserDirectory } from './user-directory.mjs';

const hour = 3_600_000;

export class UserService {
  #directory = new UserDirectory();
  #profiles;
  #sessions;

  constructor({ sessionLifetimeMs = 8 * hour, cachedProfiles = 200, now = Date.now } = {}) {
    this.#profiles = new ProfileCache(cachedProfiles);
    this.#sessions = new SessionStore({
      directory: this.#directory,
      profileOf: (user) => this.#profiles.get(user, render),
      lifetimeMs: sessionLifetimeMs,
      now,
    });
    this.#directory.on('removed', (user) => {
      this.#sessions.closeAllOf(user.id);
      this.#profiles.forget(user.id);
    });
  }

  get openSessions() {
    return this.#sessions.size;
  }

  register(details) {
    return this.#directory.register(details);
  }

  rename(userId, name) {
    return this.#directory.update(userId, { name });
  }

  grant(userId, roles) {
    return this.#directory.update(userId, { roles });
  }

  remove(userId) {
    return this.#directory.remove(userId);
  }

  /** A token for somebody whom the identity provider has vouched for; undefined for a stranger. */
  signIn(email, device = 'unknown') {
    const user = this.#directory.findByEmail(email);
    return user && this.#sessions.open(user, device).token;
  }

  /** What the holder of a token may see and do; undefined when his session is over. */
  authenticate(token) {
    return this.#sessions.find(token)?.profile;
  }

  signOut(token) {
    return this.#sessions.close(token);
  }

  /** Called once a minute. */
  sweep() {
    return this.#sessions.sweep();
  }
}

function render({ id, email, name, roles }) {
  const initials = name
    .split(/\s+/)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('');
  return Object.freeze({ id, email, name, initials, roles: [...roles], isAdmin: roles.includes('admin') });
}
