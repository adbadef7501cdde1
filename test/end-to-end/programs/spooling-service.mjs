// A service that is to be killed. It writes down at once what it did and what its agent had on disk.
// Usage: node spooling-service.mjs COLLECTOR_URL SPOOL_DIR DIARY ROUND. Without a diary it only brings home
// what others left, and ends; with `exit` for one it works a little and calls process.exit.
// With WITHOUT_SYNC in its environment it waits for no disk, as a control.
import { openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createAgent } from '@holdfast/agent';

const [, , collector, spoolDir, diary, round] = process.argv;
const onInternalError = (error) => console.error(error);
const agent = createAgent({ service: 'killed', instance: 'killed-1', collector, spoolDir, onInternalError });
if (process.env.WITHOUT_SYNC !== undefined) {
  const handle = await open(process.argv[1]);
  Object.getPrototypeOf(handle).datasync = async () => {};
  await handle.close();
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (diary === undefined) {
  while (!agent.status.connected) await pause(10);
  await agent.close({ timeoutMs: 20_000 });
} else if (diary === 'exit') {
  while (agent.status.spool.bytes === 0) await pause(10);
  const work = agent.circuitBreaker('work exit');
  for (let call = 0; call < 10; call += 1) await work.execute(async () => 'fine');
  agent.circuitBreaker('switch exit').forceOpen('exit/1');
  process.exit(0);
} else {
  const file = openSync(diary, 'a');
  const work = agent.circuitBreaker(`work ${round}`);
  const switched = agent.circuitBreaker(`switch ${round}`);
  let calls = 0;
  for (let changes = 1; ; changes += 1) {
    if (changes % 2 === 1) switched.forceOpen(`${round}/${changes}`);
    else switched.close(`${round}/${changes}`);
    for (let call = 0; call < 5; call += 1) {
      await work.execute(async () => 'fine');
      calls += 1;
    }
    const write = (kept) =>
      writeSync(file, `${JSON.stringify({ changes, calls, kept, atMs: performance.now() })}\n`);
    write(0);
    await pause(4);
    if (changes % 10 > 0) continue;
    // So fast one after the other, there is always one that is not on disk yet.
    while (agent.status.spool.unwrittenCount > 0) await pause(1);
    write(changes);
  }
}
