#!/usr/bin/env node
// npm links what is there when it installs; the build comes later.
await import('../dist/main.js');
