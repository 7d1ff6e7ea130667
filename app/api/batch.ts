let waiting: (() => void)[] = [];

/**
 * Tells what has come at the next frame, together with what else comes until then: the answers of a page mostly arrive
 * together, and so they are one rendering of the page.
 */
export function atNextFrame(tell: () => void): void {
  waiting.push(tell);
  if (waiting.length === 1) requestAnimationFrame(tellAll);
}

function tellAll(): void {
  const told = waiting;
  waiting = [];
  for (const tell of told) tell();
}
