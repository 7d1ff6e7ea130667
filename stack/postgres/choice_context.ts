import type { ServerUser } from "./server_user.ts";

/** The inputs for choosing the binaries of PostgreSQL. */
export interface ChoiceContext {
  readonly user: ServerUser;
  /** The cluster's folder: where binaries are copied to when the server's user cannot reach them. */
  readonly folder: string;
  readonly report: (line: string) => void;
}
