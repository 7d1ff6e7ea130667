import type { Claims } from "./claims.ts";

/** A signed-in person. */
export interface Session {
  readonly claims: Claims;
  /** What the header calls the person. */
  readonly title: string;
  /** Asked before each request; null when the session is over. */
  token(): Promise<string | null>;
  /** Has the function called when a later token says something else about the person. Left out: none ever does. */
  follow?(onChange: (claims: Claims) => void): void;
  end(): Promise<void>;
}
