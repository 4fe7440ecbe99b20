// One program over every project: libraries are checked once, not again in each project that uses them.
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

process.exitCode = runTool('typescript/bin/tsc', [
  '--noEmit',
  '--project',
  join(import.meta.dirname, 'tsconfig.workspace.json'),
]);
