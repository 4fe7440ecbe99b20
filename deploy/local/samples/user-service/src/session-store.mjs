import { randomBytes } from 'node:crypto';

/** Open sessions by token. A session shows its user as he is now, whatever was changed since it was opened. */
export class SessionStore {
  #sessions = new Map();
  #directory;
  #profileOf;
  #lifetimeMs;
  #now;

  constructor({ directory, profileOf, lifetimeMs, now }) {
    this.#directory = directory;
    this.#profileOf = profileOf;
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  get size() {
    return this.#sessions.size;
  }

  open(user, device) {
    const session = {
      token: randomBytes(24).toString('base64url'),
      userId: user.id,
      device,
      profile: this.#profileOf(user),
      history: [{ what: 'opened', at: this.#now() }],
      expiresAt: this.#now() + this.#lifetimeMs,
    };
    const refresh = (changed) => {
      if (changed.id !== session.userId) return;
      session.profile = this.#profileOf(changed);
      session.history.push({ what: 'changed', at: this.#now() });
    };
    this.#directory.on('changed', refresh);
    this.#sessions.set(session.token, session);
    return session;
  }

  /** The open session of a token; one that is past its time is over. */
  find(token) {
    const session = this.#sessions.get(token);
    if (session && session.expiresAt <= this.#now()) {
      this.#sessions.delete(token);
      return undefined;
    }
    return session;
  }

  close(token) {
    return this.#sessions.delete(token);
  }

  closeAllOf(userId) {
    for (const session of this.#sessions.values())
      if (session.userId === userId) this.#sessions.delete(session.token);
  }

  /** Ends what is past its time and was not asked for again; answers how many. */
  sweep() {
    const before = this.#sessions.size;
    for (const session of this.#sessions.values())
      if (session.expiresAt <= this.#now()) this.#sessions.delete(session.token);
    return before - this.#sessions.size;
  }
}
