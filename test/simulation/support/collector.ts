import { type Clock, type Hello, type Random } from '@holdfast/shared';
import { Access } from '../../../collector/src/auth/access.ts';
import { TokenBook } from '../../../collector/src/auth/token-book.ts';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { AgentEndpoint } from '../../../collector/src/ingest/agent-endpoint.ts';
import { AgentConnection, type ConnectionHost } from '../../../collector/src/ingest/connection.ts';
import { Disk } from './disk.ts';
import { Life } from './life.ts';
import type { Listener, Network } from './network.ts';
import type { Seams } from './seams.ts';
import type { ServerSocket } from './server-socket.ts';
import type { Store } from './store.ts';

export interface CollectorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly seams: Seams;
  /** Hears what an agent is told, as it leaves. */
  readonly onAnswer: (epoch: string, frame: string) => void;
}

/** The collector's own classes over a simulated disk and network; it can be killed and started again. */
export class SimulatedCollector {
  disk = new Disk();
  store: Store | undefined;
  state: FoldedState | undefined;
  /** How much it seems to have to do: agents are throttled by it. */
  load = 0;
  private readonly options: CollectorOptions;
  private life: Life | undefined;

  constructor(options: CollectorOptions) {
    this.options = options;
  }

  /** All that was not committed is lost. */
  kill(): void {
    this.options.network.loseListener();
    this.store?.kill();
    this.life?.kill();
    this.store = undefined;
    this.life = undefined;
  }

  async start(): Promise<void> {
    const { clock, random, network, seams, onAnswer } = this.options;
    const life = new Life(clock);
    this.life = life;
    const store = seams.store({ disk: this.disk, life, random });
    this.store = store;
    const bus = createLocalBus((_level, message) => {
      throw new Error(message);
    });
    const log = (): void => {};
    const state = new FoldedState({ store, bus, clock: life, log, baseEveryMs: 86_400_000 });
    this.state = state;
    await state.open();
    const journal = seams.journal({ store, clock: life, apply: (entry) => state.apply(entry) });
    Object.defineProperty(journal, 'load', { get: () => this.load });
    const book = new TokenBook({ tokens: [], clock: life, record: (fact) => journal.record(fact) });
    const access = new Access({
      book,
      store: store.tokens,
      clock: life,
      log,
      token: undefined,
      isOpen: true,
      port: 0,
      isBehindProxy: false,
    });
    const endpoint = new AgentEndpoint({ journal, store, state, bus, clock: life, log, access, book });
    network.listener = new SimulatedEndpoint({ endpoint, life, seams, onAnswer });
  }
}

interface EndpointOptions extends Pick<CollectorOptions, 'seams' | 'onAnswer'> {
  readonly endpoint: AgentEndpoint;
  readonly life: Life;
}

/** Makes connections as `AgentEndpoint` does, of sockets that are none. */
class SimulatedEndpoint implements Listener {
  private readonly options: EndpointOptions;
  private readonly connections = new Set<AgentConnection>();

  constructor(options: EndpointOptions) {
    this.options = options;
    const { life } = options;
    const sweep = (): void => {
      for (const connection of this.connections) connection.check();
      life.setTimeout(sweep, 1_000);
    };
    sweep();
  }

  accept(socket: ServerSocket): void {
    let hello: Hello | undefined;
    socket.on('message', (frame: Buffer) => (hello = helloIn(frame) ?? hello));
    const { endpoint, life, seams, onAnswer } = this.options;
    socket.onSend = (frame) => {
      if (life.isLiving && hello !== undefined) onAnswer(hello.epoch, frame);
    };
    const host: ConnectionHost = seams.host(endpoint, () => hello);
    const connection = new AgentConnection(socket.asWebSocket, host, { scope: 'admin' });
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
  }
}

function helloIn(frame: Buffer): Hello | undefined {
  if (!frame.subarray(0, 16).includes('"hello"')) return undefined;
  return JSON.parse(frame.toString('utf8')) as Hello;
}
