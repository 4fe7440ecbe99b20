import { EventEmitter } from 'node:events';

/** Users by id and by email. Emits `changed` with the new state of a user, and `removed` with his last one. */
export class UserDirectory extends EventEmitter {
  #users = new Map();
  #idByEmail = new Map();
  #lastId = 0;

  constructor() {
    super();
    // Every open session listens, and there are more than ten.
    this.setMaxListeners(0);
  }

  register({ email, name, roles = ['member'] }) {
    const address = email.trim().toLowerCase();
    if (this.#idByEmail.has(address)) throw new Error(`${address} is registered already`);
    this.#lastId += 1;
    const user = Object.freeze({ id: `u${this.#lastId}`, email: address, name, roles: [...roles] });
    this.#users.set(user.id, user);
    this.#idByEmail.set(address, user.id);
    return user;
  }

  get(id) {
    return this.#users.get(id);
  }

  findByEmail(email) {
    const id = this.#idByEmail.get(email.trim().toLowerCase());
    return id === undefined ? undefined : this.#users.get(id);
  }

  update(id, { name, roles }) {
    const known = this.#users.get(id);
    if (!known) throw new Error(`there is no user ${id}`);
    const user = Object.freeze({ ...known, name: name ?? known.name, roles: [...(roles ?? known.roles)] });
    this.#users.set(id, user);
    this.emit('changed', user);
    return user;
  }

  remove(id) {
    const user = this.#users.get(id);
    if (!user) return false;
    this.#users.delete(id);
    this.#idByEmail.delete(user.email);
    this.emit('removed', user);
    return true;
  }
}
