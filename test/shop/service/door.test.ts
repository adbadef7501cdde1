import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Door } from '../../../examples/shop/src/service/door.ts';
import { listen, stopListening } from '../../../examples/shop/src/service/server.ts';
import { systemClock } from '../../../examples/shop/src/time/system-clock.ts';
import { isListening } from '../../support/ports.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

async function openDoor(scope: Scope): Promise<{ door: Door; port: number }> {
  const door = await Door.open(0, systemClock);
  scope.onEnd(() => door.setOpen(false));
  door.serve((_request, response) => response.end('fine'));
  return { door, port: Number(new URL(door.url).port) };
}

describe('a door', () => {
  test('that is shut refuses connections and ends those it has', async () => {
    const { door, port } = await openDoor(scopeOfTest());
    expect((await fetch(door.url)).status).toBe(200); // leaves a connection behind that is kept alive
    await door.setOpen(false);
    expect(await isListening(port)).toBe(false);
  });

  test('that is opened again has its old port', async () => {
    const { door } = await openDoor(scopeOfTest());
    await door.setOpen(false);
    await door.setOpen(true);
    expect((await fetch(door.url)).status).toBe(200);
  });

  test('waits for its port while somebody else has it', async () => {
    const scope = scopeOfTest();
    const { door, port } = await openDoor(scope);
    await door.setOpen(false);
    const squatter = createServer((_request, response) => response.writeHead(418).end());
    await listen(squatter, port);
    void door.setOpen(true);
    expect((await fetch(door.url)).status).toBe(418);
    await stopListening(squatter);
    await waitFor(async () => (await fetch(door.url)).ok, { what: 'the door to be open again' });
  });
});
