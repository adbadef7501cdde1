/**
 * Whether the other end of a connection is there, speaks, and hears what it is sent. That it speaks does not
 * show that it hears: one direction can fall silent alone. So it is asked with a ping of WebSocket, which
 * every library answers by itself. Only ticks of a second count: a process that was blocked for a while could
 * not have heard anything.
 */
export class Liveness {
  private silentTicks = 0;
  private isAsked = false;
  private ticksSinceAsked = 0;

  /** A frame has come. */
  heard(): void {
    this.silentTicks = 0;
  }

  /** The answer to a ping has come. */
  answered(): void {
    this.isAsked = false;
  }

  /** Another second: whether it is time to `ask`, or the other end is `gone`. */
  tick(): 'ask' | 'gone' | undefined {
    this.silentTicks += 1;
    this.ticksSinceAsked += 1;
    const isDeaf = this.isAsked && this.ticksSinceAsked > answerTicks;
    if (isDeaf || this.silentTicks > silenceTicks) return 'gone';
    if (this.isAsked || this.ticksSinceAsked < everyTicks) return undefined;
    this.isAsked = true;
    this.ticksSinceAsked = 0;
    return 'ask';
  }

  /** As `tick`, while nothing is being read: what has come by then is heard later. */
  pausedTick(): void {
    this.silentTicks = 0;
    this.ticksSinceAsked = 0;
  }
}

const silenceTicks = 34;
const everyTicks = 10;
/** As long as a service may be blocked without being taken for gone. */
const answerTicks = 20;
