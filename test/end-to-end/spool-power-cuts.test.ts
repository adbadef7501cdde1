import path from 'node:path';
import { SeededRandom } from '@holdfast/agent/testing';
import { startCollector } from '@holdfast/collector';
import { expect } from 'vitest';
import { testWhere } from '../support/needs.ts';
import { freePort } from '../support/ports.ts';
import { powerCutDisk } from '../support/power-cut-disk.ts';
import { runToEnd, startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { changesTold, linesOf, missingOf } from './support/spool-diary.ts';

const cuts = setting('CUTS', 3);
const program = path.join(repository, 'test/end-to-end/programs/spooling-service.mjs');

testWhere('loop devices')(
  'a service whose power is cut keeps what was on disk',
  async () => {
    const { kept, missing } = await cutAgainAndAgain({});
    expect(missing).toEqual([]);
    expect(kept).toBeGreaterThan(0);
  },
  60_000 + cuts * 15_000,
);

testWhere('loop devices')(
  'a service that waits for no disk loses something: the control',
  async () => {
    const { missing } = await cutAgainAndAgain({ WITHOUT_SYNC: 'yes' });
    expect(missing.length).toBeGreaterThan(0);
  },
  60_000 + cuts * 15_000,
);

/** Cuts the power of a service again and again, and says which of the changes that were on disk are gone. */
async function cutAgainAndAgain(
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly kept: number; readonly missing: readonly string[] }> {
  const scope = scopeOfTest();
  const random = new SeededRandom(31).next;
  const [disk, dataDir, diaries] = [
    await powerCutDisk(scope),
    await temporaryFolder(scope),
    await temporaryFolder(scope),
  ];
  const spoolDir = path.join(disk.folder, 'spool');
  const port = await freePort();
  const command = [process.execPath, program, `ws://127.0.0.1:${port}`, spoolDir];
  const options = { cwd: path.join(repository, 'test'), env: { ...process.env, ...variables } };
  const diaryOf = (cut: number): string => path.join(diaries, `${cut}`);
  for (let cut = 0; cut < cuts; cut++) {
    const victim = startProcess(scope, [...command, diaryOf(cut), `${cut}`], options);
    const isKept = async (): Promise<boolean> => (await linesOf(diaryOf(cut))).some(({ kept }) => kept > 0);
    await waitFor(isKept, { what: 'the service to work', withinMs: 30_000 });
    await realTime.sleep(random() * 700);
    victim.signal('SIGSTOP');
    disk.cut();
    victim.signal('SIGKILL');
    await victim.exited;
    disk.switchToCut();
  }
  const collector = await startCollector({ port, dataDir, log: () => {} });
  scope.onEnd(() => collector.close());
  expect(await runToEnd(scope, command, options)).toMatchObject({ code: 0 });
  const told = await changesTold(collector.url);
  let kept = 0;
  const missing: string[] = [];
  for (let cut = 0; cut < cuts; cut++) {
    const lines = await linesOf(diaryOf(cut));
    const count = Math.max(...lines.map((line) => line.kept));
    kept += count;
    missing.push(...missingOf(told, { round: cut, kept: count }));
  }
  process.stderr.write(
    `power cuts with a spool: ${JSON.stringify({ cuts, kept, missing: missing.length })}\n`,
  );
  return { kept, missing };
}
