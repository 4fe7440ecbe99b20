import { Repositories } from '../support/repositories';

/** The agent's change: quick, deterministic, and different for each task. */
const change = ['read -r task', 'echo noted > "note-$(echo "$task" | cksum | cut -d " " -f 1).txt"', ''].join(
  '\n',
);

/** No language, no dependencies: the platform is under test, and every task takes as long as its processes. */
const files: Readonly<Record<string, string>> = {
  'notes.txt': 'notes\n',
  'ymera.json': JSON.stringify({ test: 'sh test.sh' }),
  'test.sh': 'test -s notes.txt && echo "1 passed"\n',
};

/** The command line of the agents that make changes, for `YMERA_RUNNER_COMMAND`. */
export const changeCommand = 'sh ./change.sh';

/** Sources of projects in a separate folder, deleted by `remove`. */
export class Projects {
  private readonly repositories = new Repositories();

  create(name: string): string {
    return this.repositories.create(name, files, change);
  }

  path(...parts: string[]): string {
    return this.repositories.path(...parts);
  }

  remove(): void {
    this.repositories.remove();
  }
}
