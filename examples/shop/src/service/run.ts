import { type BuildService, type RunningService, startService } from './start.ts';
import { fieldsOf } from './read.ts';
import { readPeers, type ServiceName, settingsFrom } from './settings.ts';

/**
 * The whole of a service's process. Under a parent (`fork`) it reports `{type:'listening', url, controlUrl}`,
 * takes `{type:'peers', urls}` and `{type:'stop'}`, says `{type:'crashing', forMs}` before it crashes and
 * `{type:'stopped', totals}` before it ends, and ends by itself when the parent is gone. Without a parent it
 * prints where it listens and ends with SIGINT or SIGTERM.
 */
export async function runService(name: ServiceName, build: BuildService): Promise<void> {
  const hasParent = process.send !== undefined;
  try {
    const settings = settingsFrom(name, process.env);
    const service = await startService(build, { settings, crash });
    if (hasParent) obeyParent(service);
    else
      process.stdout.write(
        `${settings.instance} listens on ${service.url}, control on ${service.controlUrl}\n`,
      );
    endWith('SIGTERM', service);
    // Ctrl-C in a terminal reaches every process of the group: the parent ends the services in its own order.
    if (hasParent) process.on('SIGINT', () => {});
    else endWith('SIGINT', service);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

function obeyParent(service: RunningService): void {
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message) => {
    const fields = fieldsOf(message, 'a message');
    if (fields['type'] === 'peers') service.setPeers(readPeers(fields['urls'], 'urls'));
    if (fields['type'] === 'stop') end(service);
  });
  tellParent({ type: 'listening', url: service.url, controlUrl: service.controlUrl });
}

function endWith(signal: NodeJS.Signals, service: RunningService): void {
  process.once(signal, () => end(service));
}

function end(service: RunningService): void {
  service.stop().then(
    (totals) => tellParent({ type: 'stopped', totals }, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
}

/** As if the machine had lost power: nothing is closed and nothing is sent any more. */
function crash(forMs: number | undefined): void {
  tellParent({ type: 'crashing', forMs }, () => process.kill(process.pid, 'SIGKILL'));
}

/** Calls `told` once the message is on its way; at once where there is no parent. */
function tellParent(message: object, told: () => void = () => {}): void {
  if (process.send === undefined || !process.connected) told();
  else process.send(message, undefined, undefined, told);
}
