import ts from 'typescript';
import type { Finding, Rule, SourceFile } from '../repository.ts';
import { codeOf, lineOf, nodesOf } from '../syntax.ts';

interface Ban {
  /** What stands in the code. */
  readonly what: readonly string[];
  readonly instead: string;
  /** Where it is allowed. */
  readonly except: RegExp;
}

const adapters = [
  /\/src\/time\//,
  /^agent\/src\/testing\/fake-clock\.ts$/, // lets pending promises settle between two timers
  /^test\/support\/time\.ts$/,
  /^test\/[\w-]+\/programs\//, // programs that tests start are on their own, as a user's would be
  /^test\/bench\//,
  /^scripts\//,
];
const timeAdapters = new RegExp(adapters.map((one) => one.source).join('|'));

const bans: readonly Ban[] = [
  { what: ['Date.now', 'new Date()'], instead: 'use clock.now()', except: timeAdapters },
  {
    what: ['performance.now', 'process.hrtime', 'process.hrtime.bigint'],
    instead: 'use clock.monotonic()',
    except: timeAdapters,
  },
  {
    what: ['setTimeout', 'globalThis.setTimeout', 'window.setTimeout', 'setImmediate'],
    instead: 'use clock.setTimeout(); in a test waitFor() or realTime of test/support',
    except: timeAdapters,
  },
  {
    what: ['setInterval', 'globalThis.setInterval', 'window.setInterval'],
    instead: 'set the next clock.setTimeout() at the end of each run',
    except: timeAdapters,
  },
  { what: ['Math.random'], instead: 'take a Random as a parameter', except: timeAdapters },
  {
    what: ['vi.mock', 'vi.doMock', 'vi.stubGlobal', 'vi.spyOn'],
    instead: 'hand the part in, or use the real one',
    except: /^$/,
  },
  { what: ['vi.useFakeTimers'], instead: 'hand in a FakeClock', except: /^$/ },
  {
    what: ['test.only', 'it.only', 'describe.only'],
    instead: 'remove .only: it hides every other test of the file',
    except: /^$/,
  },
  {
    what: ['console.log', 'console.info', 'console.warn', 'console.error', 'console.debug'],
    instead: 'return the text, or write it to a stream that was handed in',
    except: /^(cli|scripts|test\/bench|test\/[\w-]+\/programs)\//,
  },
];

/** `node:timers` and its like are a second door to the same timers. */
const timerModules = /^node:timers(\/promises)?$/;

/** Keeps time, chance and other globals out of the code, each with what to use instead. */
export const bannedCalls: Rule = {
  name: 'time, chance and mocks are handed in, not called',
  check: (repository) => codeOf(repository).flatMap((file) => check(file)),
};

function check(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  const report = (node: ts.Node, what: string, fix: string): void => {
    found.push({ path: file.path, line: lineOf(node), problem: `\`${what}\` is banned here`, fix });
  };
  for (const node of nodesOf(file.tree())) {
    const what = used(node);
    const ban = what === undefined ? undefined : bans.find((one) => one.what.includes(what));
    if (what !== undefined && ban !== undefined && !ban.except.test(file.path))
      report(node, what, ban.instead);
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const { text } = node.moduleSpecifier;
      if (timerModules.test(text) && !timeAdapters.test(file.path)) report(node, text, 'use a Clock');
    }
  }
  return found;
}

/** The name of what is called, or handed on without being called. */
function used(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node))
    return node.arguments?.length === 0 ? `new ${node.expression.getText()}()` : undefined;
  if (ts.isPropertyAccessExpression(node)) return node.getText();
  if (!ts.isIdentifier(node) || !isFreeName(node)) return undefined;
  return node.text;
}

/** Whether a name stands for itself: no member, no key and no declaration of something else. */
function isFreeName({ parent }: ts.Identifier): boolean {
  return (
    ts.isCallExpression(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isArrowFunction(parent)
  );
}
