/**
 * Loads when somebody first asks, and remembers. A failure is forgotten, so that a fault that passes does not stay for the
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
