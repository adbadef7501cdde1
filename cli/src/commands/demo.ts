import { nearestFew } from '@holdfast/shared';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultStory, stories } from '../demo/stories.ts';
import type { Story } from '../demo/story.ts';
import { didYouMean, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { mainProgram, shopPrograms } from '../installation.ts';
import { registerDemoFail } from './demo-fail.ts';

interface DemoArguments {
  readonly port: number;
  /** False for `--no-story`. */
  readonly story: string | false;
  readonly data?: string;
  readonly rate: number;
}

/** `demo`, with `demo fail` and `demo heal` below it. */
export function registerDemo(program: Command, host: Host): void {
  const demo = program
    .command('demo')
    .description('the collector, and four real services that call each other and fail in turn')
    .option('--port <port>', 'where the collector listens; 0 for any that is free', readPort, 4900)
    .option('--story <name>', `what is told: ${names(stories)}`, defaultStory.name)
    .option('--no-story', 'leave the shop alone; break it with keys or with demo fail')
    .option('--data <folder>', 'keep the data there; without it they are removed at the end')
    .addOption(
      new Option('--rate <pages>', 'pages a second; 0 for no customers').argParser(readRate).default(20),
    )
    .action(async (options: DemoArguments) => {
      if (given.has('story') && given.has('no-story')) {
        throw usageFailure('--story and --no-story exclude each other: give one of them');
      }
      const story = options.story === false ? undefined : findStory(options.story);
      const [{ runDemo }, { keyboardOf }] = await Promise.all([
        import('../demo/run-demo.ts'),
        import('../demo/keyboard.ts'),
      ]);
      const keyboard = host.out.isTerminal ? keyboardOf(process.stdin) : undefined;
      await runDemo(
        { port: options.port, story, dataFolder: options.data, pagesPerSecond: options.rate },
        { host, mainProgram, shopPrograms, keyboard },
      );
    });
  // The options share a value: which of them were given must be noted as they come.
  const given = new Set<string>();
  for (const name of ['story', 'no-story']) demo.on(`option:${name}`, () => void given.add(name));
  registerDemoFail(demo, host);
}

function findStory(name: string): Story {
  const found = stories.find((story) => story.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    nearestFew(
      name,
      stories.map((story) => story.name),
      1,
    ),
  );
  throw usageFailure(`there is no story '${name}'${hint || `; there are ${names(stories)}`}`);
}

function names(all: readonly Story[]): string {
  return all.map(({ name }) => name).join(', ');
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError(`It must be a port from 0 to 65535, got '${text}'.`);
}

function readRate(text: string): number {
  const rate = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (rate <= 500) return rate;
  throw new InvalidArgumentError(`It must be a number from 0 to 500, got '${text}'.`);
}
