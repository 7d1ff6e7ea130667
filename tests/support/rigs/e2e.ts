/** A test of the running product, whose background parts outlive a single test. */
export function e2e(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}
