/** A call of storage, as far as faults tell them apart. */
export type StorageOperation = "put" | "create" | "append" | "offset" | "end" | "sign" | "remove";

/**
 * How storage misbehaves on purpose, so that a test can see how the product reacts.
 *
 * - fails: 500, and nothing was done
 * - answer_lost: it was done, and a proxy answers 504 instead of storage
 * - conflict: 409, and nothing was done
 */
export interface StorageFault {
  readonly kind: "fails" | "answer_lost" | "conflict";
  readonly on: StorageOperation;
  /** How many calls suffer it; all until the next setFault() where it is left out. */
  readonly times?: number;
}

export interface StorageFaults {
  /** Replaces the fault; null ends it. */
  setFault(fault: StorageFault | null): void;
  /** Does the work, or what the fault makes of it. */
  suffer(request: Request, work: () => Promise<Response>): Promise<Response>;
}

export function storageFaults(): StorageFaults {
  let fault: StorageFault | null = null;
  let left = 0;
  return {
    setFault(next) {
      fault = next;
      left = next?.times ?? Infinity;
    },
    async suffer(request, work) {
      if (fault === null || left <= 0 || operationOf(request) !== fault.on) return await work();
      left -= 1;
      const { kind, on } = fault;
      if (kind === "answer_lost") {
        const done = await work();
        await done.body?.cancel();
        return new Response("<html><body>504 Gateway Time-out</body></html>", {
          status: 504,
          headers: { "content-type": "text/html" },
        });
      }
      const status = kind === "fails" ? 500 : 409;
      const isResumable = on === "create" || on === "append" || on === "offset" || on === "end";
      if (isResumable) return new Response(kind === "fails" ? "Something went wrong\n" : "Conflict\n", { status });
      return storageError(status, kind === "fails" ? "InternalError" : "Duplicate", "made to fail by a test");
    },
  };
}

/** A refusal as storage writes it: 500 as it is, all others as 400 with the status in the body. */
export function storageError(status: number, error: string, message: string): Response {
  const body = { statusCode: String(status), error, message };
  return Response.json(body, { status: status === 500 ? 500 : 400 });
}

/** The operation of a request; undefined for a call that no fault is for. */
export function operationOf(request: Pick<Request, "method" | "url">): StorageOperation | undefined {
  const { pathname } = new URL(request.url);
  const is = (method: string, beginning: string) => request.method === method && pathname.startsWith(beginning);
  if (is("POST", "/storage/v1/upload/resumable")) return "create";
  if (is("PATCH", "/storage/v1/upload/resumable/")) return "append";
  if (is("HEAD", "/storage/v1/upload/resumable/")) return "offset";
  if (is("DELETE", "/storage/v1/upload/resumable/")) return "end";
  if (is("POST", "/storage/v1/object/sign/")) return "sign";
  if (is("DELETE", "/storage/v1/object/")) return "remove";
  if (is("POST", "/storage/v1/object/")) return "put";
  return undefined;
}
