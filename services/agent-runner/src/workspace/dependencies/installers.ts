import type { Installer } from './installation';
import { npm } from './npm';

/** In this order: what an earlier one installs, a later one may use. */
export const installers: readonly Installer[] = [npm];
