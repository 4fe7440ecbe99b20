import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { eventually } from '@ymera/testing';

/** A guarantee of the code that is disabled in one service for the messages of one type. */
export interface Breakage {
  readonly service: string;
  readonly type: string;
  readonly broken:
    'acknowledge_before_commit' | 'no_inbox' | 'no_fencing' | 'publish_before_commit' | 'nothing';
  /** The point at which the process blocks, so that it can be killed exactly there. */
  readonly hold: 'before_handler' | 'before_acknowledgement' | 'before_commit' | 'nowhere';
}

/** Read by the preloaded module at every step that it intercepts; written by the test. */
export function readBreakage(file: string): Breakage | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Breakage;
  } catch {
    return undefined;
  }
}

/** The test's side: the active breakage, and whether the process blocks at its point. */
export class Breaking {
  constructor(private readonly file: string) {}

  begin(breakage: Breakage): void {
    rmSync(markOf(this.file), { force: true });
    writeFileSync(`${this.file}.new`, JSON.stringify(breakage));
    renameSync(`${this.file}.new`, this.file);
  }

  end(): void {
    rmSync(this.file, { force: true });
  }

  async untilHeld(timeoutMs = 15_000): Promise<void> {
    await eventually(() => readFileSync(markOf(this.file)), { timeoutMs });
  }
}

export const markOf = (file: string): string => `${file}.held`;
