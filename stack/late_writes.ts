let isInstalled = false;

/**
 * postgres.js writes once more to a connection that closed a moment ago, outside of any promise (3.4.9, nextWrite): when the
 * server dies that would end this process, and with it the part that starts the server again. Most queries of such
 * a connection are rejected by themselves; one_connection.ts sees to the others.
 */
export function ignoreLateWrites(): void {
  if (isInstalled) return;
  isInstalled = true;
  globalThis.addEventListener("error", (event) => {
    if (isLateWrite(event.error)) event.preventDefault();
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    if (isLateWrite(event.reason) || isOfTypes(event.reason)) event.preventDefault();
  });
}

/** Recognised by where it was thrown: the message depends on how far the connection had closed. */
function isLateWrite(error: unknown): boolean {
  return error instanceof Error && /\bnextWrite \(.*\/postgres\/[^/]+\/src\/connection\.js/.test(error.stack ?? "");
}

/** A new connection asks for the types of arrays by itself, and awaits no answer: the statement that it was made for fails too. */
function isOfTypes(error: unknown): boolean {
  return error instanceof Error && "query" in error && /^\s*select b\.oid, b\.typarray\s/.test(String(error.query));
}
