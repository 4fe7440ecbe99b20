import type { Options } from 'amqplib';

/** Where to connect to, and as whom; what amqplib takes. */
export type AmqpAddress = Options.Connect;

interface Parts {
  /** `amqp://[user:password@]host[:port]` or `amqps://...`. A path in it is ignored. */
  readonly url: string;
  readonly vhost: string;
  /** Default: those in the URL, and `guest` where it has none. */
  readonly username?: string;
  readonly password?: string;
}

/** Parses the URL of a broker. amqplib decodes the virtual host once more, so it is encoded here. */
export function amqpAddress({ url, vhost, username, password }: Parts): AmqpAddress {
  const parsed = new URL(url);
  return {
    protocol: parsed.protocol.replace(/:$/, ''),
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    ...(parsed.port === '' ? {} : { port: Number(parsed.port) }),
    username: username ?? (decodeURIComponent(parsed.username) || 'guest'),
    password: password ?? (decodeURIComponent(parsed.password) || 'guest'),
    vhost: encodeURIComponent(vhost),
  };
}
