import { serviceNames } from '@ymera/contracts';
import { sleep } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import { Client } from 'pg';
import type { RunningPlatform } from '../../../../deploy/local/platform/client.cjs';
import { cutConnections } from './broker-admin';

/** A fault of real processes. `strike` returns when the cause is gone and only its consequences are left. */
export interface Fault {
  readonly name: string;
  injectFault(platform: RunningPlatform): Promise<void>;
}

const deathMs = 10_000;

/** Kills the named process. The supervisor restarts it by itself. */
async function untilGone(platform: RunningPlatform, name: string, pid: number | undefined): Promise<void> {
  await eventually(
    async () => {
      if ((await platform.pids())[name] === pid) throw new Error(`${name} (${pid}) is still running`);
    },
    { timeoutMs: deathMs },
  );
}

function death(name: string, process: string, signal: NodeJS.Signals): Fault {
  return {
    name,
    injectFault: async (platform) => {
      const pid = (await platform.pids())[process];
      await platform.kill(process, signal);
      await untilGone(platform, process, pid);
    },
  };
}

export const killed = (process: string): Fault => death(`kill -9 ${process}`, process, 'SIGKILL');

/** What `pg_ctl stop -m immediate` does: no checkpoint, every connection dropped. */
export const databaseStopped: Fault = death('pg_ctl stop -m immediate', 'postgres', 'SIGQUIT');

/** Stops the process for a while with SIGSTOP and resumes it. */
export const stopped = (process: string, ms: number): Fault => ({
  name: `SIGSTOP ${process} ${ms / 1000} s`,
  injectFault: async (platform) => {
    await platform.kill(process, 'SIGSTOP');
    await sleep(ms);
    await platform.kill(process, 'SIGCONT');
  },
});

/** Closes all database connections and rejects new ones. */
export const databaseUnavailable = (ms: number): Fault => ({
  name: `PostgreSQL away ${ms / 1000} s`,
  injectFault: async (platform) => {
    const client = new Client({ connectionString: platform.urls['postgres'] });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await platform.kill('postgres', 'SIGSTOP');
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
        AND backend_type = 'client backend'`);
      await sleep(ms);
    } finally {
      await platform.kill('postgres', 'SIGCONT');
      await client.end();
    }
  },
});

export const connectionsCut: Fault = {
  name: 'every broker connection cut',
  injectFault: async ({ urls }) => {
    const cut = await cutConnections(urls['rabbitmq_management'] ?? '');
    if (cut === 0) throw new Error('there was no connection');
  },
};

/**
 * The registry does not answer while every agent must reconnect: the broker, which asks the registry about their
 * identity, refuses them all as it refuses a wrong password.
 */
export const authenticationUnavailable = (ms: number): Fault => ({
  name: `registry away ${ms / 1000} s, and every agent cut off`,
  injectFault: async (platform) => {
    await platform.kill('registry', 'SIGSTOP');
    try {
      const isAgent = ({ user }: { readonly user: string }): boolean =>
        !(serviceNames as readonly string[]).includes(user);
      const cut = await cutConnections(platform.urls['rabbitmq_management'] ?? '', isAgent);
      if (cut === 0) throw new Error('no agent was connected');
      await sleep(ms);
    } finally {
      await platform.kill('registry', 'SIGCONT');
    }
  },
});
