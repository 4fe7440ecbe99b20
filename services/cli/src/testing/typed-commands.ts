import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../program';
import { FakeGateway } from './fake-gateway';

/** Executes command lines against a fake gateway and records their output. */
export class TypedCommands {
  written = '';
  private readonly folder = mkdtempSync(join(tmpdir(), 'ymera-commands-'));
  readonly tokenFile = join(this.folder, 'token');

  private constructor(readonly gateway: FakeGateway) {
    writeFileSync(this.tokenFile, 'ymo_1_x');
    const keep = (text: string | Uint8Array): boolean => {
      this.written += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(keep);
    jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  }

  static async start(): Promise<TypedCommands> {
    return new TypedCommands(await FakeGateway.start());
  }

  type(...words: string[]): Promise<unknown> {
    return program().parseAsync(['node', 'ymera', ...words]);
  }

  connected(...words: string[]): Promise<unknown> {
    return this.type(...words, '--url', this.gateway.url, '--token-file', this.tokenFile);
  }

  async stop(): Promise<void> {
    jest.restoreAllMocks();
    // It would be that of the test process.
    process.exitCode = undefined;
    rmSync(this.folder, { recursive: true });
    await this.gateway.stop();
  }
}
