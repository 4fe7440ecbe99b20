// One program over every project and script: libraries are checked once, not again in each project that uses them.
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

const [project = join(import.meta.dirname, 'tsconfig.workspace.json')] = process.argv.slice(2);
process.exitCode = runTool('typescript/bin/tsc', ['--noEmit', '--project', project]);
