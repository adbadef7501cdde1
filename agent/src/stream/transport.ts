/** How frames reach a collector. The stream knows nothing else of sockets. */
export interface Transport {
  /** Begins a connection. Never throws; listeners are called later, never before this has returned. */
  connect(listener: LinkListener): Link;
}

/** One connection, from its first attempt to its end. */
export interface Link {
  /** Sends a frame: UTF-8 text. Never throws; what cannot be sent is lost with the connection. */
  send(frame: Uint8Array): void;
  /** Sends a frame of deflated bytes. Absent where only text can be carried. */
  sendDeflated?(bytes: Uint8Array): void;
  /** What was handed to `send` and has not left this process. */
  readonly bufferedBytes: number;
  /**
   * Ends it, with a WebSocket close code. Frames that were sent before go first where the other side lets
   * them.
   */
  close(code: number, reason: string): void;
  /** What is sent within leaves in one piece. Absent where the link has no pieces. */
  together?(send: () => void): void;
  /**
   * Whether this connection may keep the process alive. It may not, until `close` of the agent waits for it.
   */
  keepAlive(isKept: boolean): void;
}

export interface LinkListener {
  opened(): void;
  frame(text: string): void;
  /** Called once, at the end, however it came. */
  closed(end: LinkEnd): void;
}

export interface LinkEnd {
  /** In words, for people. */
  readonly reason: string;
  /** Whether the other side wants none of us: coming back soon would not change that. */
  readonly isRefusal?: boolean;
  /** The least time to wait, where the other side asked for it. */
  readonly retryAfterMs?: number;
}
