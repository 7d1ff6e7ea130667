/**
 * A response that is sent again and again, each time as a copy: copying its headers takes a fraction of the time that it
 * takes to check and write them one by one.
 */
export class KeptResponse {
  readonly #response: Response;
  readonly #finished = new Map<string, Map<string, Response>>();

  /** @param response with a body of text or bytes, or none: a stream cannot be sent twice */
  constructor(response: Response) {
    this.#response = response;
  }

  /**
   * A copy to send.
   *
   * @param kinds two words that name the callers who get the same headers besides; there must be few
   * @param addSharedHeaders adds those headers; called once for each pair
   */
  copy(kinds: readonly [string, string], addSharedHeaders: (response: Response) => void): Response {
    const [first, second] = kinds;
    const known = this.#finished.get(first)?.get(second);
    if (known !== undefined) return known.clone();
    const finished = this.#response.clone();
    addSharedHeaders(finished);
    const others = this.#finished.get(first) ?? new Map<string, Response>();
    this.#finished.set(first, others.set(second, finished));
    return finished.clone();
  }
}
