/**
 * Loads on the first call and keeps the result. A failure is not kept, so a passing fault does not last for the
 * isolate's life.
 */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () =>
    loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    });
}
