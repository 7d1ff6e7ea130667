import type { Claims } from "./claims.ts";

/** A signed-in person. */
export interface Session {
  readonly claims: Claims;
  /** What the header calls the person. */
  readonly title: string;
  /** Asked before each request; null when the session is over. */
  token(): Promise<string | null>;
  end(): Promise<void>;
}
