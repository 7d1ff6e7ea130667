interface EdgeRuntimeLike {
  waitUntil(work: Promise<unknown>): void;
}

function isEdgeRuntime(value: unknown): value is EdgeRuntimeLike {
  return typeof value === "object" && value !== null && "waitUntil" in value && typeof value.waitUntil === "function";
}

/** Keeps work alive after the response was sent: with the edge runtime's waitUntil, or because the process goes on. */
export function waitUntil(work: Promise<unknown>): void {
  // The work reports its own failures; a rejection here would end the isolate.
  const safe = work.catch(() => {});
  const runtime: unknown = Reflect.get(globalThis, "EdgeRuntime");
  if (isEdgeRuntime(runtime)) runtime.waitUntil(safe);
}
