import { execFileSync } from 'node:child_process';
import type { Scope } from '../../support/scope.ts';

/** What can befall a cable. `up` is silence from the far end to the near one. */
export type Cut = 'link down' | 'up' | 'down';

/** A network namespace that is tied to this one by a pair of interfaces, until the scope ends. */
export interface Cable {
  /** This end. */
  readonly nearAddress: string;
  /** What a command begins with that runs at the far end. */
  readonly under: readonly string[];
  /** From now on what is sent vanishes, and nobody is told. */
  cut(how: Cut): void;
  heal(how: Cut): void;
}

/** Needs what `testWhere('network namespaces')` asks for. */
export function layCable(scope: Scope): Cable {
  removeLeftovers();
  const namespace = `${prefix}${process.pid}`;
  const near = `hf${process.pid}`;
  // Addresses for documentation, RFC 5737: they are nobody's. Those of another run are others.
  const first = (process.pid % 60) * 4;
  const [nearAddress, farAddress] = [`192.0.2.${first + 1}`, `192.0.2.${first + 2}`];
  scope.onEnd(() => ip(['netns', 'delete', namespace])); // both ends of the pair go with it
  ip(['netns', 'add', namespace]);
  const inside = ['-n', namespace];
  ip(['link', 'add', near, 'type', 'veth', 'peer', 'name', 'far', 'netns', namespace]);
  ip(['address', 'add', `${nearAddress}/30`, 'dev', near]);
  ip([...inside, 'address', 'add', `${farAddress}/30`, 'dev', 'far']);
  ip(['link', 'set', near, 'up']);
  ip([...inside, 'link', 'set', 'far', 'up']);
  ip([...inside, 'link', 'set', 'lo', 'up']);
  // What is sent to the hardware of nobody is lost on the way.
  const neighbours = {
    up: { where: inside, of: [nearAddress, 'dev', 'far'] },
    down: { where: [], of: [farAddress, 'dev', near] },
  };
  return {
    nearAddress,
    under: ['ip', 'netns', 'exec', namespace],
    cut: (how) => {
      if (how === 'link down') return ip(['link', 'set', near, 'down']);
      const { where, of } = neighbours[how];
      ip([...where, 'neighbour', 'replace', ...of, 'lladdr', '02:00:00:00:00:01', 'nud', 'permanent']);
    },
    heal: (how) => {
      if (how === 'link down') return ip(['link', 'set', near, 'up']);
      const { where, of } = neighbours[how];
      ip([...where, 'neighbour', 'delete', ...of]);
    },
  };
}

const prefix = 'holdfast-cable-';

/** A run that was killed could not clean up. */
function removeLeftovers(): void {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).match(/^\S+/gm) ?? [];
  for (const name of names) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))) ip(['netns', 'delete', name]);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function ip(args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
