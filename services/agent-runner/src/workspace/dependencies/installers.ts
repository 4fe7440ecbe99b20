import type { Ecosystem } from '@ymera/contracts';
import { bun } from './bun';
import { cargo } from './cargo';
import { go } from './go';
import type { Installer } from './installation';
import { maven } from './maven';
import { npm } from './npm';
import { pnpm } from './pnpm';
import { python } from './python';
import { yarn } from './yarn';

/** At most one of JavaScript's managers matches: the lockfile decides, then the manifest's declaration. */
const javascript: readonly Installer[] = [npm, pnpm, yarn, bun];

/** Those of the whole repository; Go's and Cargo's find their modules below the root by themselves. */
export const installers: readonly Installer[] = [...javascript, python, go, cargo, maven];

/** Those that a part of the repository needs in its own folder. */
export const partInstallers: Readonly<Partial<Record<Ecosystem, readonly Installer[]>>> = {
  javascript,
  python: [python],
};
