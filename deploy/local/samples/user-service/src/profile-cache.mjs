/** Profiles as they are shown, at most `capacity` of them: the one that was not asked for the longest goes first. */
export class ProfileCache {
  #profiles = new Map();
  #capacity;

  constructor(capacity) {
    this.#capacity = capacity;
  }

  get size() {
    return this.#profiles.size;
  }

  /** The profile of exactly this state of the user, made by `render` where it is not known. */
  get(user, render) {
    const known = this.#profiles.get(user.id);
    const entry = known?.user === user ? known : { user, profile: render(user) };
    this.#profiles.delete(user.id);
    this.#profiles.set(user.id, entry);
    if (this.#profiles.size > this.#capacity) this.#profiles.delete(this.#profiles.keys().next().value);
    return entry.profile;
  }

  forget(userId) {
    this.#profiles.delete(userId);
  }
}
