/** Gives all concurrent askers of one key, within this isolate, the outcome of one piece of work. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** Runs `work`, or joins the run already under way; `joined` is called in the second case. */
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
