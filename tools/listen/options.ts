export interface ListenerOptions {
  /** A database that can be listened to: see listenerUrl(). */
  readonly url: string;
  /** A uuid of this process, so that it recognises a session of its own that it has lost. */
  readonly instance: string;
  readonly heartbeat_ms: number;
  readonly stop: AbortSignal;
  /** Prints one line. */
  readonly say: (line: string) => void;
}
