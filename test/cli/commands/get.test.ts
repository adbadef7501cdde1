import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../../cli/src/time/system-clock.ts';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { masterToken } from '../../collector/support/tokens.ts';
import { batchWith, flagLevels, openedEvent, WireAgent } from '../../collector/support/wire-agent.ts';
import { scopeOfTest, type Scope } from '../../support/scope.ts';
import { runCommand } from '../support/fake-host.ts';

const check = { kind: 'health_check', name: 'database' } as const;
const breaker = { kind: 'circuit_breaker', name: 'payments' } as const;

/** A collector that knows a service with a check that is down, and a breaker that opened. */
async function started(
  scope: Scope,
  clock: FakeClock = new FakeClock(systemClock.now()),
): Promise<(line: string) => ReturnType<typeof runCommand>> {
  const { url } = await startTestCollector(scope, { clock });
  const agent = await WireAgent.introduce(scope, url);
  const at = systemClock.now();
  const down = { resource: 1, status: 'down', kind: 'readiness', critical: true, sinceAt: at } as const;
  const levels = { ...flagLevels(true).levels, complete: true, health: [down], breakers: [], flags: [] };
  const dictionary = { from: 0, add: [breaker, check] };
  agent.send(batchWith(1, { dictionary, levels, events: [openedEvent(at)] }));
  await agent.acknowledged(1);
  return (line) => runCommand(line.split(' '), { url });
}

test('a service is shown, or the nearest to what is not there', async () => {
  const run = await started(scopeOfTest());
  const { stdout } = await run('services get checkout');
  expect(stdout).toMatch(/^service +checkout\nconnected +1 of 1\nhealth +down\n/);
  expect(await run('services get chekout')).toMatchObject({
    code: 3,
    stderr: 'holdfast: no service is called chekout; did you mean checkout?\n',
  });
});

test('a health check is shown by either address', async () => {
  const run = await started(scopeOfTest());
  for (const address of ['checkout/database', 'checkout/health_check/database']) {
    expect((await run(`health get ${address}`)).stdout).toMatch(
      /^status +. down\ncheck +checkout\/database\n/,
    );
  }
  expect(await run('health get checkout/nothing')).toMatchObject({ code: 3 });
  expect(await run('health get checkout')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'checkout' is no address of a health check") as string,
  });
});

test('an event is shown by its id, saved or not', async () => {
  const clock = new FakeClock(systemClock.now());
  const run = await started(scopeOfTest(), clock);
  const events = JSON.parse((await run('events ls -o json')).stdout) as { id: string }[]; // as printed
  const id = events.at(-1)?.id ?? '';
  expect((await run('events ls -o wide')).stdout).toContain(id);
  expect((await run(`events get ${id}`)).stdout).toMatch(/kind +circuit_breaker\.opened\n/);
  expect(JSON.parse((await run(`events get ${id} -o json`)).stdout)).toEqual(events.at(-1));
  await clock.advance(70_000);
  expect(JSON.parse((await run(`events get ${id} -o json`)).stdout)).toEqual(events.at(-1));
  for (const wrong of ['999.0', 'nothing', '1']) {
    expect(await run(`events get ${wrong}`)).toMatchObject({ code: 3 });
  }
});

test('one act is shown by its id', async () => {
  const run = await started(scopeOfTest());
  await run('breakers open checkout/payments --reason drill --yes');
  const [entry] = JSON.parse((await run('audit ls -o json')).stdout) as { id: number }[]; // as printed
  expect((await run(`audit get ${entry?.id}`)).stdout).toMatch(/action +breaker\.held_open\n/);
  expect(await run('audit get 999')).toMatchObject({ code: 3 });
  expect(await run('audit verify')).toMatchObject({ code: 0 });
});

test('one token is shown without its text', async () => {
  const { url } = await startTestCollector(scopeOfTest(), {
    token: masterToken,
    clock: new FakeClock(systemClock.now()),
  });
  const asked = { url, env: { HOLDFAST_TOKEN: masterToken } };
  const make = ['tokens', 'create', '--scope', 'read', '--name', 'screen', '-o', 'json'];
  const { id } = JSON.parse((await runCommand(make, asked)).stdout) as { id: string }; // as printed
  const { stdout } = await runCommand(['tokens', 'get', id], asked);
  expect(stdout).toMatch(new RegExp(`^id +${id}\nname +screen\nscope +read\n`));
  expect(stdout).not.toContain('hf_read_');
  expect(await runCommand(['tokens', 'get', 'nothing'], asked)).toMatchObject({ code: 3 });
});
