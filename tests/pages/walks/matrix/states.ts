// The states of a card, made of the API's own answers on their way to the tab: in the product nothing changes.
import { equal, match, ok } from "node:assert/strict";
import type { Route, RoutedAnswer, Visit } from "../../../support/rigs/browser.ts";

type Body = { data?: unknown; resources?: unknown; meta?: Record<string, unknown> };

/** How a request of the page is treated. */
type Treatment =
  | "pass"
  | "hold"
  | "abort"
  | "refuse"
  | { readonly change: (body: Body, headers: Record<string, string>) => boolean };

export interface Delivered {
  /** Whether the treatment applied to this answer. */
  readonly is_changed: boolean;
}

/** What a card shows, as `LOOK` reads it. */
export interface SeenCard {
  readonly title: string;
  readonly name: string;
  readonly is_busy: boolean;
  readonly body: string;
  /** How many rows, figures and charts. */
  readonly piece_count: number;
  readonly words: readonly { readonly kind: string; readonly text: string; readonly is_announced: boolean }[];
}

interface State {
  readonly treatment: Treatment;
  /** The state that comes before, on the same page, without loading it again. */
  readonly after?: string;
  readonly is_offline?: boolean;
  readonly is_without_rows?: boolean;
  /** @throws AssertionError if a card whose answer was 200 says something else */
  check(card: SeenCard, delivered: Delivered): void;
}

const TOTAL = 1_204;

export const STATES = {
  loading: {
    treatment: "hold",
    is_without_rows: true,
    check: ({ is_busy, body }) => {
      equal(is_busy, true);
      match(body, /Loading/);
    },
  },
  rows: {
    treatment: "pass",
    is_without_rows: true,
    check: ({ words, body }) => {
      ok(body !== "", "it is blank");
      equal(words.some(({ kind }) => /refused|outage|offline|last_known/.test(kind)), false);
    },
  },
  last_known: {
    treatment: "abort",
    after: "rows",
    check: (card) => says(card, /^last_known$/, /The API does not answer/),
  },
  offline_last_known: {
    treatment: "abort",
    after: "last_known",
    is_offline: true,
    check: (card) => says(card, /^last_known$/, /This device is offline/),
  },
  empty: {
    treatment: { change: emptied },
    check: (card, { is_changed }) => {
      if (is_changed) says(card, /^(?:empty|too_few)$/, /\w\./);
    },
  },
  too_few: {
    treatment: { change: (body) => withheld(body) || cutToFew(body) },
    check: (card) => ok(card.body !== "", "it is blank"),
  },
  truncated: {
    treatment: { change: truncated },
    check: (card, { is_changed }) => {
      if (!is_changed || card.words.some(({ kind }) => /^(?:empty|too_few)$/.test(kind))) return;
      const said = [card.body, ...card.words.map(({ text }) => text)].join("\n");
      match(
        said,
        /of 1,204|there are more|[Oo]nly the first|Show more|the export has all/,
        "it does not say that there are more",
      );
    },
  },
  stale: {
    treatment: { change: staled },
    check: (card, { is_changed }) => {
      if (is_changed) says(card, /^stale$/, /2 h old; the objective is 1 min/);
    },
  },
  refused: {
    treatment: "refuse",
    check: (card) => says(card, /^refused$/, /These figures are for other roles/),
  },
  outage: {
    treatment: "abort",
    is_without_rows: true,
    check: (card) => says(card, /^outage$/, /The API does not answer/),
  },
  offline: {
    treatment: "abort",
    after: "outage",
    is_offline: true,
    is_without_rows: true,
    check: (card) => says(card, /^offline$/, /This device is offline/),
  },
} as const satisfies Record<string, State>;

/** Of a card whose question the API itself refuses to this person. */
export function saysRefusal(card: SeenCard): void {
  says(card, /^(?:refused|outage|offline)$/, /\S/);
}

export const stateOf = (name: keyof typeof STATES): State => STATES[name];

/** A card says its state in words that a screen reader speaks. */
export function says({ words }: SeenCard, kind: RegExp, text: RegExp): void {
  const word = words.find((one) => kind.test(one.kind));
  if (word === undefined) throw new Error(`it says ${JSON.stringify(words)}, not ${kind}`);
  match(word.text, text);
  equal(word.is_announced, true, `${word.kind} has no role`);
}

/** Without rows: a list, a matrix of rows, or the catalog. */
function emptied(body: Body): boolean {
  if (Array.isArray(body.data)) body.data = [];
  else if (Array.isArray(body.resources)) body.resources = [];
  else if (Array.isArray((body.data as { rows?: unknown } | undefined)?.rows)) {
    body.data = { ...body.data as object, rows: [], columns: [] };
  } else return false;
  if (body.meta !== undefined) {
    Object.assign(body.meta, { row_count: 0, ...("total_count" in body.meta ? { total_count: 0 } : {}) });
  }
  return true;
}

function withheld(body: Body): boolean {
  if (body.meta === undefined || !("withheld_count" in body.meta) || !emptied(body)) return false;
  body.meta["withheld_count"] = 7;
  return true;
}

/** One row, that rests on little. */
function cutToFew(body: Body): boolean {
  if (!Array.isArray(body.data) || body.data.length === 0) return false;
  const few = ([name, value]: [string, unknown]) =>
    [name, /_count$/.test(name) && typeof value === "number" ? Math.min(value, 3) : value] as const;
  body.data = body.data.slice(0, 1).map((row) => Object.fromEntries(Object.entries(row as object).map(few)));
  return true;
}

function truncated({ data, meta }: Body): boolean {
  if (meta === undefined || !Array.isArray(data) || data.length === 0) return false;
  if ("is_truncated" in meta) meta["is_truncated"] = true;
  else if ("next_cursor" in meta) meta["next_cursor"] = "MQ";
  else return false;
  if (typeof meta["total_count"] === "number") meta["total_count"] = TOTAL;
  return true;
}

/** Only of answers that say how old they are. */
function staled(_: Body, headers: Record<string, string>): boolean {
  if (headers["age"] === undefined) return false;
  Object.assign(headers, { "age": "7200", "freshet-stale": "?1", "freshet-objective": "60" });
  return true;
}

/** Every request of the tab to the API, treated as a state has it. */
export class Treated {
  #treatment: Treatment = "pass";
  /** Of the requests since the page was loaded, or treated otherwise; by the name that a card's source has. */
  readonly delivered = new Map<string, Delivered>();
  #open = 0;
  #held: Route[] = [];
  #phase = 0;

  async begin({ page }: Visit): Promise<void> {
    await page.route(/\/functions\/v1\/analytics\//, async (route) => {
      const phase = this.#phase;
      this.#open += 1;
      try {
        await this.#treat(route);
      } catch (error) {
        // The tab has left the page that asked.
        if (phase === this.#phase) throw error;
      } finally {
        this.#open -= 1;
      }
    });
  }

  /** Of the requests since the page was loaded: to what the API itself gave no answer. */
  readonly refused = new Set<string>();

  async become(treatment: Treatment): Promise<void> {
    this.#phase += 1;
    this.#treatment = treatment;
    this.delivered.clear();
    for (const route of this.#held.splice(0)) await route.abort().catch(() => {});
  }

  /** Leaves the page, and forgets what it asked. */
  async leave({ page }: Visit): Promise<void> {
    await this.become("abort");
    await page.goto("about:blank");
    this.delivered.clear();
    this.refused.clear();
  }

  isQuiet(): boolean {
    return this.#open === 0;
  }

  async #treat(route: Route): Promise<void> {
    const name = new URL(route.request().url()).pathname.replace(/^.*\/analytics\//, "");
    if (this.#treatment === "abort" || this.#treatment === "hold") {
      this.delivered.set(name, { is_changed: true });
      if (this.#treatment === "abort") await route.abort();
      else this.#held.push(route);
      return;
    }
    const treatment = this.#treatment;
    const response = await route.fetch();
    const changed = await changedBy(treatment, response);
    if (treatment !== "refuse" && !isAnswer(name, response.status())) this.refused.add(name);
    this.delivered.set(name, { is_changed: changed !== null });
    await route.fulfill({ response, ...changed });
  }
}

/** The health says by its status how it is. */
function isAnswer(name: string, status: number): boolean {
  return status === 200 || (name === "health" && status === 503);
}

/** What differs from the API's own answer; its headers are kept. */
async function changedBy(
  treatment: Exclude<Treatment, "abort" | "hold">,
  response: RoutedAnswer,
): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly body: string } | null> {
  if (treatment === "pass") return null;
  const headers = { ...response.headers() };
  delete headers["content-encoding"];
  delete headers["content-length"];
  if (treatment === "refuse") {
    const problem = { title: "Forbidden", status: 403, code: "FORBIDDEN", detail: "This is for other roles." };
    return {
      status: 403,
      headers: { ...headers, "content-type": "application/problem+json" },
      body: JSON.stringify(problem),
    };
  }
  if (response.status() !== 200 || !/json/.test(headers["content-type"] ?? "")) return null;
  const body = JSON.parse(await response.text());
  return treatment.change(body, headers) ? { status: 200, headers, body: JSON.stringify(body) } : null;
}

/** The cards of a page, and what each says. */
const LOOK = `[...document.querySelectorAll(".card")].filter((card) => card.querySelector(".source code") !== null)
  .map((card) => ({
    title: card.querySelector("h2").innerText,
    name: card.querySelector(".source code").innerText,
    is_busy: card.getAttribute("aria-busy") === "true",
    body: (card.querySelector(".card-body") ?? card).textContent.trim(),
    piece_count: card.querySelectorAll("tbody tr, li, .value, figure").length,
    words: [...card.querySelectorAll(".state, .note")].map((one) => ({
      kind: [...one.classList].find((name) => !["state", "note", "no-print"].includes(name)) ?? "",
      text: one.innerText,
      is_announced: one.matches("[role=status], [role=alert]") || one.querySelector("[role=status]") !== null,
    })),
  }))`;

export async function lookAt({ page }: Visit): Promise<readonly SeenCard[]> {
  return await page.evaluate(LOOK) as readonly SeenCard[];
}
