import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api/api-client';
import { CliError } from '../cli-error';
import { CheckedClient } from './checked-client';

/** The file that a running `npm start` writes for the CLI. */
const currentPlatform = z.object({
  gateway_url: z.string(),
  token_files: z
    .object({ admin: z.string(), requester: z.string(), approver: z.string(), viewer: z.string() })
    .partial()
    .optional(),
});

export interface ConnectionOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** The options that every command with a gateway has. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <address>', 'the gateway (default: YMERA_URL, or the running npm start)')
    .option(
      '--token-file <path>',
      'file with your token (default: YMERA_TOKEN_FILE, or the administrator of npm start)',
    )
    .option('--json', 'print the answer as JSON');

/** Options win over the environment, the environment over a platform started here. A token is never an argument. */
export function connect(options: ConnectionOptions, environment: NodeJS.ProcessEnv = process.env): ApiClient {
  const here = localPlatform();
  const url = options.url ?? environment['YMERA_URL'] ?? here?.gateway_url;
  if (!url)
    throw new CliError('no_gateway', 'No gateway is known.', 2, 'Start one with npm start, or give --url.');
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new CliError('usage', `${url} is no address of a gateway: it begins with http:// or https://.`, 2);
  const tokenFile = options.tokenFile ?? environment['YMERA_TOKEN_FILE'] ?? here?.token_files?.admin;
  const token = tokenFile ? readToken(tokenFile) : environment['YMERA_TOKEN'];
  if (!token)
    throw new CliError('no_token', 'No token is known.', 2, 'Give --token-file, or set YMERA_TOKEN_FILE.');
  return new CheckedClient(url, token, here?.token_files ?? {});
}

function localPlatform(): z.output<typeof currentPlatform> | undefined {
  const file = join(__dirname, '../../../../.ymera/current.json');
  if (!existsSync(file)) return undefined;
  const parsed = currentPlatform.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new CliError('no_token', `The token file ${path} cannot be read.`, 2);
  }
}
