import { uuidv7 } from '@ymera/kernel';
import { join } from 'node:path';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from './git-fixture';
import { admin, IntegrationEnvironment, landOrder, createCommitOrder } from './integration-environment';

/** A patch that adds this file. */
export const newFile = (file: string): string =>
  `diff --git a/${file} b/${file}\nnew file mode 100644\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+ours\n`;

/** A project that follows an upstream, beside a person who works there (real git, stores in memory). */
export class FollowedProject {
  private constructor(
    readonly environment: IntegrationEnvironment,
    /** A person's working copy of `bare`. */
    readonly person: SourceRepository,
    /** The upstream, which the project was copied from. */
    readonly bare: string,
    /** The head when the project was registered. */
    readonly registered: string,
  ) {}

  static async create(): Promise<FollowedProject> {
    const person = sampleSource();
    const environment = new IntegrationEnvironment();
    const bare = join(environment.dataDir, 'upstream.git');
    person.git('clone', '--quiet', '--bare', person.path, bare);
    person.git('remote', 'add', 'origin', bare);
    const made = await environment.register.execute({ project_id: 'sample', source: bare, actor: admin });
    return new FollowedProject(environment, person, bare, made.ok ? made.value.head : made.error.code);
  }

  async push(): Promise<void> {
    expect(
      await this.environment.update.execute({ project_id: 'sample', push: 'branch', actor: admin }),
    ).toMatchObject({ ok: true });
  }

  head() {
    return this.environment.in('sample', 'rev-parse', 'refs/heads/main');
  }

  theirHead(): string {
    return this.person.git('--git-dir', this.bare, 'rev-parse', 'refs/heads/main');
  }

  proposed(file: string, base = this.registered): Promise<Change> {
    return this.environment.committed(createCommitOrder(base, newFile(file)));
  }

  land(change: Change, id = uuidv7()) {
    return this.environment.land.execute(id, landOrder(change));
  }

  /** As a colleague does it meanwhile. */
  pushed(file: string): string {
    this.person.git('pull', '--quiet', '--rebase', 'origin', 'main');
    const commit = this.person.write(file, 'theirs\n').commit();
    this.person.git('push', '--quiet', 'origin', 'HEAD:main');
    return commit;
  }

  remove(): void {
    this.environment.remove();
    this.person.remove();
  }
}
