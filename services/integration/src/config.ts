import { baseServiceEnvironment, changeLimitsEnvironment, seconds } from '@ymera/config';
import { z } from 'zod';

const list = (separator: string, fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(separator)
        .map((item) => item.trim())
        .filter(Boolean),
    );

const absolutePath = z.string().startsWith('/', 'must be an absolute path');

const mebibyte = 1024 * 1024;

export const configSchema = baseServiceEnvironment.extend({
  /** Repositories, artefacts and temporary files; one file system. */
  YMERA_DATA_DIR: z.string().startsWith('/', 'must be an absolute path'),
  /** Address of this service for agents. */
  YMERA_PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  /** The search path for git and ssh. */
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  /** Folders, separated by colons, below which local repositories may be registered. */
  YMERA_SOURCE_ROOTS: list(':', '/'),
  /** Hosts, separated by commas, that may be fetched from: `host`, `host:port`, `*.domain` or `*`. */
  YMERA_SOURCE_HOSTS: list(',', ''),
  YMERA_CLONE_TIMEOUT_SECONDS: seconds(1, 3600).default(300),
  ...changeLimitsEnvironment.shape,
  /** Of one fetch from an upstream, and of one push to it. A push runs inside a transaction, which ends after 30 s. */
  YMERA_UPSTREAM_TIMEOUT_SECONDS: seconds(1, 25).default(20),
  /** In the format of `git credential-store`; only this service may have read access. */
  YMERA_UPSTREAM_CREDENTIALS_FILE: absolutePath.optional(),
  YMERA_UPSTREAM_SSH_KEY_FILE: absolutePath.optional(),
  YMERA_UPSTREAM_KNOWN_HOSTS_FILE: absolutePath.optional(),
  YMERA_ARTEFACT_RETENTION_DAYS: z.coerce.number().min(0.001).max(3650).default(30),
  YMERA_ARTEFACT_TOTAL_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_240 * mebibyte),
  YMERA_ARTEFACT_SWEEP_SECONDS: seconds(1, 86_400).default(3600),
  /** Between two passes of `git gc` over the projects' repositories. */
  YMERA_REPOSITORY_GC_SECONDS: seconds(60, 30 * 86_400).default(86_400),
  /** How long a checked credential is cached: the longest time that a sanctioned principal can still read. */
  YMERA_CREDENTIAL_CACHE_SECONDS: seconds(0, 60).default(5),
});

export type IntegrationConfig = z.output<typeof configSchema>;
