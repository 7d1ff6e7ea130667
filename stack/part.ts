/** One running piece of the local stack. */
export interface Part {
  /** The name a person knows it by, e.g. "postgres". */
  readonly name: string;
  /** "real": the software that production runs. "stand-in": our own local substitute for something that only the hosted platform has. */
  readonly kind: "real" | "stand-in";
  /** One line for the person at the terminal: version, address. */
  readonly detail: string;
  stop(): Promise<void>;
}
