/** Runs one piece of work for all concurrent callers with the same key in this isolate; all get its outcome. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** Runs `work`, or joins the run already in progress and calls `joined`. */
  run(key: string, work: () => Promise<T>, joined: () => void): Promise<T> {
    const underway = this.#flights.get(key);
    if (underway !== undefined) {
      joined();
      return underway;
    }
    const flight = work().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
