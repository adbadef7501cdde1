import type { Transport } from '../../../agent/src/stream/transport.ts';
import type { Batch, ResilienceEvent } from '@holdfast/shared';
import { plainSeams, type Seams } from './seams.ts';

type Frame = Record<string, unknown> & { readonly type: string };

/** Changes frames on their way out of an agent; `undefined` swallows one. */
function changing(
  transport: Transport,
  change: (frame: Frame, connection: number) => Frame | undefined,
): Transport {
  let connection = 0;
  return {
    connect: (listener) => {
      const link = transport.connect(listener);
      const mine = ++connection;
      return {
        get bufferedBytes() {
          return link.bufferedBytes;
        },
        send: (bytes) => {
          const frame = change(JSON.parse(Buffer.from(bytes).toString('utf8')) as Frame, mine);
          if (frame !== undefined) link.send(Buffer.from(JSON.stringify(frame)));
        },
        close: (code, reason) => link.close(code, reason),
        keepAlive: (isKept) => link.keepAlive(isKept),
      };
    },
  };
}

/** For each agent: whether a batch was on the wire before, in an earlier connection. */
function repeats(): (frame: Frame) => boolean {
  let highest = 0;
  return ({ seq }) => {
    const isRepeat = Number(seq) <= highest;
    highest = Math.max(highest, Number(seq));
    return isRepeat;
  };
}

export function epochReused(): Seams {
  const epochs = new Map<string, unknown>();
  return {
    ...plainSeams,
    transport: (transport, instance) =>
      changing(transport, (frame) => {
        if (frame.type !== 'hello') return frame;
        const epoch = epochs.get(instance) ?? frame['epoch'];
        epochs.set(instance, epoch);
        return { ...frame, epoch };
      }),
  };
}

export function mergedIntoSentBatch(): Seams {
  return onBatches((batch, isRepeat) => {
    const { rollups } = batch;
    if (!isRepeat || rollups?.counts.success === undefined) return batch;
    const success = rollups.counts.success.map((count) => count + 1);
    return { ...batch, rollups: { ...rollups, counts: { ...rollups.counts, success } } };
  });
}

export function silentDrop(): Seams {
  return onBatches(({ dropped: _untold, ...batch }) => batch);
}

export function oneEventLost(): Seams {
  return onBatches((batch) =>
    batch.events.length < 100 ? batch : { ...batch, events: batch.events.slice(1) },
  );
}

export function summaryLosesOne(): Seams {
  return onBatches((batch) => ({ ...batch, events: batch.events.map(withoutOne) }));
}

function withoutOne(event: ResilienceEvent): ResilienceEvent {
  if (event.kind !== 'circuit_breaker.summarised') return event;
  const [first, ...edges] = event.edges;
  return first === undefined ? event : { ...event, edges: [{ ...first, count: first.count - 1 }, ...edges] };
}

/** While the collector asks for less, changes of state are left out as well. */
export function throttledTransition(): Seams {
  return {
    ...plainSeams,
    transport: (transport) => {
      let isThrottled = false;
      const decisions = new Map<unknown, boolean>();
      const heard = hearing(transport, (text) => (isThrottled = text.includes('"throttles"')));
      return changing(heard, (frame) => {
        if (frame.type !== 'batch') return frame;
        const isCut = decisions.get(frame['seq']) ?? isThrottled;
        decisions.set(frame['seq'], isCut);
        const { events } = frame as unknown as Batch; // the agent made it
        return isCut ? { ...frame, events: events.filter(({ kind }) => !kind.startsWith('circuit')) } : frame;
      });
    },
  };
}

/** Hears what the collector says before the agent does. */
function hearing(transport: Transport, hear: (text: string) => void): Transport {
  return {
    connect: (listener) =>
      transport.connect({
        opened: () => listener.opened(),
        frame: (text) => {
          hear(text);
          listener.frame(text);
        },
        closed: (end) => listener.closed(end),
      }),
  };
}

export function neverSentAgain(): Seams {
  return onBatches((batch, isRepeat) => (isRepeat ? undefined : batch));
}

export function neverIntroducedAgain(): Seams {
  return {
    ...plainSeams,
    transport: (transport) =>
      changing(transport, (frame) => (frame.type === 'dictionary' ? undefined : frame)),
  };
}

/** Batches tell of one kind of error too few. */
export function oneKindOfErrorLost(): Seams {
  return onBatches(({ errors = [], ...batch }) => ({ ...batch, errors: errors.slice(1) }));
}

/** No mutant: shows that stepping in is not what the simulation finds. */
export function unchanged(): Seams {
  return onBatches((batch) => batch);
}

function onBatches(change: (batch: Batch, isRepeat: boolean) => Batch | undefined): Seams {
  return {
    ...plainSeams,
    transport: (transport) => {
      const isRepeat = repeats();
      return changing(transport, (frame) => {
        if (frame.type !== 'batch') return frame;
        const changed = change(frame as unknown as Batch, isRepeat(frame)); // the agent made it
        return changed === undefined ? undefined : { ...changed };
      });
    },
  };
}
