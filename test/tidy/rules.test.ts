import { expect, test } from 'vitest';
import { plant } from './planted.ts';
import { assertions } from './rules/assertions.ts';
import { bannedCalls } from './rules/banned-calls.ts';
import { unfinishedWork } from './rules/comments.ts';
import { indexes, namedExports } from './rules/exports.ts';
import { imports } from './rules/imports.ts';
import { fileLength, functionLength, lineLength, parameterCount } from './rules/sizes.ts';
import { testTitles } from './rules/titles.ts';
import { units } from './rules/units.ts';
import { unusedFiles } from './rules/unused-files.ts';

test('names every import that is not in the table', () => {
  const found = plant(imports, {
    'shared/src/a.ts': `import { readFile } from 'node:fs/promises';`,
    'agent/src/index.ts': `import type { WebSocket } from 'ws';\nexport { x } from '../../shared/src/a.ts';`,
    'agent/src/transport/socket.ts': `import { WebSocket } from 'ws';`,
    'collector/src/a.ts': `import '@holdfast/agent';\nconst sqlite = await import('sqlite3');`,
    'collector/src/store/driver.ts': `const sqlite = await import('sqlite3');`,
    'dashboard/src/main.tsx': `import { chart } from './chart';\nimport { useState } from 'react';`,
    'cli/src/main.ts': `import 'hono/cors';`,
  });
  expect(found).toMatchInlineSnapshot(`
    "shared/src/a.ts:1: shared may not import node:fs/promises
        do without, or justify a new edge in test/tidy/import-table.ts and ARCHITECTURE.md
    agent/src/index.ts:1: ws is imported outside of agent/src/transport/
        go through what that folder exports
    agent/src/index.ts:2: agent reaches into shared/src/a.ts
        import the workspace by its name
    collector/src/a.ts:1: collector may not import @holdfast/agent
        do without, or justify a new edge in test/tidy/import-table.ts and ARCHITECTURE.md
    collector/src/a.ts:2: sqlite3 is imported outside of collector/src/store/
        go through what that folder exports
    dashboard/src/main.tsx:1: './chart' names no file
        end the path in .ts, .tsx or whatever the file is called
    cli/src/main.ts:1: cli may not import hono/cors
        do without, or justify a new edge in test/tidy/import-table.ts and ARCHITECTURE.md"
  `);
});

test('lets a workspace use its own files and what its row lists', () => {
  const found = plant(imports, {
    'collector/src/a.ts': `import { Hono } from 'hono/tiny';\nimport { b } from './b.ts';\nimport 'node:fs';`,
    'collector/src/b.ts': `import { fold } from '@holdfast/shared';\nexport { fold };`,
    'dashboard/src/charts/line.ts': `import { Chart } from 'chart.js';`,
  });
  expect(found).toBe('');
});

test('names each banned call with its replacement', () => {
  const found = plant(bannedCalls, {
    'agent/src/a.ts': [
      'const at = Date.now();',
      'const start = performance.now();',
      'setTimeout(() => {}, 5);',
      'const later = setInterval;',
      'const random = options.random ?? Math.random;',
      'const today = new Date();',
      'console.log(at);',
      `import { setTimeout as wait } from 'node:timers/promises';`,
    ].join('\n'),
    'test/agent/a.test.ts': `vi.mock('./a.ts');\nvi.useFakeTimers();\ntest.only('x', () => {});`,
  });
  expect(found).toMatchInlineSnapshot(`
    "agent/src/a.ts:1: \`Date.now\` is banned here
        use clock.now()
    agent/src/a.ts:2: \`performance.now\` is banned here
        use clock.monotonic()
    agent/src/a.ts:3: \`setTimeout\` is banned here
        use clock.setTimeout(); in a test waitFor() or realTime of test/support
    agent/src/a.ts:4: \`setInterval\` is banned here
        set the next clock.setTimeout() at the end of each run
    agent/src/a.ts:5: \`Math.random\` is banned here
        take a Random as a parameter
    agent/src/a.ts:6: \`new Date()\` is banned here
        use clock.now()
    agent/src/a.ts:7: \`console.log\` is banned here
        return the text, or write it to a stream that was handed in
    agent/src/a.ts:8: \`node:timers/promises\` is banned here
        use a Clock
    test/agent/a.test.ts:1: \`vi.mock\` is banned here
        hand the part in, or use the real one
    test/agent/a.test.ts:2: \`vi.useFakeTimers\` is banned here
        hand in a FakeClock
    test/agent/a.test.ts:3: \`test.only\` is banned here
        remove .only: it hides every other test of the file"
  `);
});

test('leaves clocks, the adapters and names of the same spelling alone', () => {
  const found = plant(bannedCalls, {
    'agent/src/time/system-clock.ts': 'export const now = Date.now(); setTimeout(run, 5);',
    'agent/src/a.ts': 'clock.setTimeout(run, 5); const fake = { setTimeout() {} }; new Date(0);',
    'cli/src/main.ts': 'console.log("ok");',
    'test/bench/a.mjs': 'performance.now();',
  });
  expect(found).toBe('');
});

test('a default export is for configuration files', () => {
  const found = plant(namedExports, {
    'agent/src/a.ts': 'export default function run() {}',
    'agent/src/b.ts': 'const b = 1;\nexport default b;',
    'agent/src/c.ts': 'export const c = 1;',
    'vitest.config.ts': 'export default {};',
  });
  expect(found).toMatchInlineSnapshot(`
    "agent/src/a.ts:1: a default export
        export it by its name
    agent/src/b.ts:2: a default export
        export it by its name"
  `);
});

test('an index file stands at the top of a workspace only', () => {
  const found = plant(indexes, {
    'agent/src/index.ts': `export * from './a.ts';`,
    'agent/src/testing/index.ts': `export * from './fake-clock.ts';`,
    'agent/src/flags/index.ts': `export { flags } from './flags.ts';`,
    'agent/src/a.ts': `const a = 1;\nexport * from './b.ts';\nexport { a };`,
  });
  expect(found).toMatchInlineSnapshot(`
    "agent/src/flags/index.ts:1: an index file inside a workspace
        name the file for what it does
    agent/src/a.ts:2: \`export *\`
        export from the file that has it"
  `);
});

test('names a file that is neither imported nor an entry point', () => {
  const found = plant(unusedFiles, {
    'agent/src/index.ts': `export { used } from './used.ts';`,
    'agent/src/used.ts': `type T = typeof import('./by-type.ts');\nimport('./lazy.ts');`,
    'agent/src/by-type.ts': '',
    'agent/src/lazy.ts': '',
    'agent/src/forgotten.ts': '',
    'test/agent/used.test.ts': '',
    'examples/shop/src/checkout/main.ts': '',
  });
  expect(found).toMatchInlineSnapshot(
    `
    "agent/src/forgotten.ts:1: nobody imports this file
        remove it, or name it an entry in test/tidy/rules/unused-files.ts"
  `,
  );
});

test('an assertion needs its reason beside it, const and satisfies need none', () => {
  const found = plant(assertions, {
    'shared/src/a.ts': [
      'const a = b as string;',
      'const c = b as string; // the schema was checked above',
      '// The reader of its kind made it.',
      'const d = { ...b } as string;',
      'const e = [1] as const satisfies readonly number[];',
    ].join('\n'),
    'test/shared/a.test.ts': 'const a = b as string;',
  });
  expect(found).toMatchInlineSnapshot(
    `
    "shared/src/a.ts:1: \`as\` without a reason
        let the types prove it, or say why it holds: \`as Name; // checked above\`"
  `,
  );
});

test('a time that is a number ends in its unit', () => {
  const found = plant(units, {
    'agent/src/a.ts': [
      'interface Options { timeout: number; delayMs: number; interval: string }',
      'function wait(retryDelay: number, ratio: number) {}',
    ].join('\n'),
  });
  expect(found).toMatchInlineSnapshot(`
    "agent/src/a.ts:1: \`timeout\` has no unit
        call it timeoutMs, or …At for a moment
    agent/src/a.ts:2: \`retryDelay\` has no unit
        call it retryDelayMs, or …At for a moment"
  `);
});

const lines = (count: number, text: string): string => Array.from({ length: count }, () => text).join('\n');

test('a file may have 300 lines and no more', () => {
  const found = plant(fileLength, {
    'a.ts': lines(300, 'x;'),
    'b.ts': lines(301, 'x;'),
    'c.md': lines(301, 'x'),
  });
  expect(found).toMatchInlineSnapshot(
    `
    "b.ts:300: 301 lines, at most 300
        move one of its jobs to a file that is named for it"
  `,
  );
});

test('a line may have 110 columns and no more', () => {
  const found = plant(lineLength, {
    'a.ts': `${'x'.repeat(110)}\n${'x'.repeat(111)}`,
    'b.md': 'x'.repeat(200),
    'c.test.ts': `expect(screen).toBe(\`\n${'x'.repeat(140)}\n\`);`,
  });
  expect(found).toMatchInlineSnapshot(`
    "a.ts:2: 111 columns, at most 110
        break the line"
  `);
});

test('functions may have 60 lines, components 80, describe blocks any', () => {
  const found = plant(functionLength, {
    'a.ts': `function fits() {\n${lines(58, 'x;')}\n}\nconst tooLong = () => {\n${lines(59, 'x;')}\n};`,
    'b.tsx': `function Fits() {\n${lines(78, 'x;')}\n}\nfunction TooLong() {\n${lines(79, 'x;')}\n}`,
    'c.test.ts': `describe.each(rows)('all', () => {\n${lines(90, 'x;')}\n});`,
  });
  expect(found).toMatchInlineSnapshot(`
    "a.ts:61: tooLong has 61 lines, at most 60
        move steps into helpers below it
    b.tsx:81: TooLong has 81 lines, at most 80
        move steps into helpers below it"
  `);
});

test('a function takes three positional parameters and no more', () => {
  const found = plant(parameterCount, {
    'a.ts': `function fits(a, b, c) {}
      function wide(a, b, c, d) {}
      class Box { constructor(a, b, c, d) {} fill(a, b, c, d) {} }
      list.reduce((sum, one, index, all) => sum);`,
  });
  expect(found).toMatchInlineSnapshot(`
    "a.ts:2: wide has 4 parameters, at most 3
        take an object with named members
    a.ts:3: the constructor has 4 parameters, at most 3
        take an object with named members
    a.ts:3: fill has 4 parameters, at most 3
        take an object with named members"
  `);
});

test('a title is short and says what is', () => {
  const found = plant(testTitles, {
    'a.test.ts': [
      `test('opens after failing calls', () => {});`,
      `test('should open', () => {});`,
      `test.each(rows)('one two three four five six seven eight nine ten eleven twelve thirteen', () => {});`,
    ].join('\n'),
  });
  expect(found).toMatchInlineSnapshot(`
    "a.test.ts:2: "should open"
        say what it does, without "should"
    a.test.ts:3: "one two three four five six seven eight nine ten eleven twelve thirteen" has 13 words
        at most 12: say it shorter"
  `);
});

test('a note to do something later is found', () => {
  const note = ['TO', 'DO'].join('');
  const found = plant(unfinishedWork, {
    'agent/src/a.ts': `const a = 1;\n// ${note}: more\nconst todo = 'list';`,
  });
  expect(found).toBe(`agent/src/a.ts:2: ${note}\n    do it, or file an issue and remove the note`);
});
