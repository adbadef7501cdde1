#!/usr/bin/env node
import { run } from './run.ts';
import { createSystemHost } from './system-host.ts';

process.exitCode = await run(process.argv.slice(2), createSystemHost());
