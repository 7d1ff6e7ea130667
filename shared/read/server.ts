import { z } from "zod";
import { type SourceAnswer, sourceAnswer, type SourceRequest } from "./source.ts";
import { viewStates } from "./view_state.ts";

/** Which server of the database answered, and how far it is. */
export const serverPosition = z.object({
  /** Tells servers apart: its start. */
  server: z.string().min(1),
  is_replica: z.boolean(),
  /** The system identifier of its database, and its timeline: the same on a primary and on the replicas that follow it. */
  history: z.string().min(1),
  /** Bytes of WAL that a primary has written, or a replica has replayed. */
  position: z.number().min(0),
  /** Since the commit of the last transaction that a replica has replayed: an upper bound of its lag. Null if unknown. */
  lag_ms: z.number().min(0).nullable(),
});

export type ServerPosition = z.output<typeof serverPosition>;

/** The states of all views, with the server that reported them. The position was read before the states. */
export const serverStates = z.object({ server: serverPosition, states: viewStates });

/** An answer with its server. The position was read before the rows. */
export const serverAnswer = sourceAnswer.extend({ server: serverPosition });

export type ServerStates = z.output<typeof serverStates>;
export type ServerAnswer = SourceAnswer & { readonly server: ServerPosition };

/**
 * One address at which the database answers GET: the primary, a replica, or a load balancer in front of several.
 *
 * Both functions throw AppError, as those of `Source` do.
 */
export interface Server {
  states(): Promise<ServerStates>;
  /** Whether the question is short enough for a URL. */
  fits(view: string, request: SourceRequest): boolean;
  read(view: string, request: SourceRequest): Promise<ServerAnswer>;
}

/** The two addresses of a deployment with replicas. */
export interface Servers {
  /** The primary's own address. */
  readonly primary: Pick<Server, "states">;
  /** Where reads go first. */
  readonly reads: Server;
}
