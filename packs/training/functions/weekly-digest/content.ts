import { type Figures, figures, type Person } from "./delivery.ts";

export interface DigestPerson {
  /** "3", or "3=" where others have the same average. */
  readonly place: string;
  readonly name: string;
  readonly score: string;
  readonly scored: string;
  readonly href: string | null;
}

/** What a digest says, in words: the HTML and the text are made from it, so they say the same. */
export interface DigestContent {
  readonly subject: string;
  readonly heading: string;
  readonly week: string;
  /** What a mail program shows beside the subject. */
  readonly preheader: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
  readonly lists: readonly { readonly title: string; readonly people: readonly DigestPerson[] }[];
  /** Under the lists. */
  readonly note: string;
  readonly href: string | null;
  readonly unsubscribe_href: string;
}

export interface DigestLinks {
  /** Null: no links to pages. */
  readonly pages_url: string | null;
  readonly unsubscribe_href: string;
}

/** A name is the customer's text: a longer one would spoil the table and the limit on a mail's size. */
const LONGEST_NAME = 80;

/** @throws ZodError where the row's figures have another shape */
export function digestContent(found: unknown, week_on: string, links: DigestLinks): DigestContent {
  const seen = figures.parse(found);
  const monday = new Date(`${week_on}T00:00:00Z`);
  const sunday = new Date(monday.getTime() + 6 * 86_400_000);
  const of_two_years = monday.getUTCFullYear() === sunday.getUTCFullYear() ? "" : ` ${monday.getUTCFullYear()}`;
  const week = `${day(monday)}${of_two_years} to ${day(sunday)} ${sunday.getUTCFullYear()}`;
  const to = sunday.toISOString().slice(0, 10);
  const page = (person?: Person) =>
    pageOf(links.pages_url, { from: week_on, to, ...(person && { user: person.user_id }) });
  const listed = ({ people, title }: { people: readonly Person[]; title: string }) => ({
    title,
    people: people.map((person) => inWords(person, page(person))),
  });
  return {
    subject: `${short(seen.org_name)}: your team's week, ${week}`,
    heading: `Your team's week at ${short(seen.org_name)}`,
    week: `${week} (UTC)`,
    preheader: `${seen.active_count} of ${seen.people_count} people practised; ${seen.overdue_count} overdue`,
    lines: linesOf(seen),
    lists: [
      listed({ title: "Best averages", people: seen.best }),
      listed({ title: "May need support", people: seen.lowest }),
    ],
    note: "Only people with at least 5 scores in the week are listed. = marks equal averages.",
    href: page(),
    unsubscribe_href: links.unsubscribe_href,
  };
}

function linesOf(seen: Figures): readonly (readonly [string, string])[] {
  const { avg_score_change: change } = seen;
  return [
    ["People who practised", `${seen.active_count} of ${seen.people_count}`],
    ["Attempts", String(seen.attempts_count)],
    ["Average score", seen.avg_score === null ? "no scores" : seen.avg_score.toFixed(1)],
    ["Change against the week before", change === null ? "not known: a week has no scores" : signed(change)],
    [
      "Assignments completed",
      seen.completion_rate === null
        ? "no assignments"
        : `${seen.completed_count} of ${seen.assignments_count} (${(seen.completion_rate * 100).toFixed(0)} %)`,
    ],
    ["Overdue", String(seen.overdue_count)],
  ];
}

function inWords(person: Person, href: string | null): DigestPerson {
  return {
    place: `${person.rank}${person.tied_count > 1 ? "=" : ""}`,
    name: short(person.name ?? person.user_id),
    score: person.avg_score.toFixed(1),
    scored: `${person.scored_count} scores`,
    href,
  };
}

function pageOf(pages_url: string | null, query: Readonly<Record<string, string>>): string | null {
  if (pages_url === null) return null;
  const page = new URL(pages_url);
  for (const [name, value] of Object.entries(query)) page.searchParams.set(name, value);
  return page.href;
}

function signed(change: number): string {
  const text = change.toFixed(1);
  return Number(text) > 0 ? `+${text}` : text.replace(/^-(?=0\.0$)/, "");
}

const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Marks that turn the direction of what follows them: one in a name would show the figures behind it backwards. */
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const FROM_THE_RIGHT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * On one line: a subject is a header. A name that is written from the right is set apart by U+2068 and U+2069 (Unicode
 * Annex 9), so that the figures behind it stay in their order.
 */
function short(text: string): string {
  const letters = [...text.replace(BREAKS, " ").replace(TURNS, "").trim()];
  const name = letters.length <= LONGEST_NAME ? letters.join("") : `${letters.slice(0, LONGEST_NAME - 1).join("")}…`;
  return FROM_THE_RIGHT.test(name) ? `\u2068${name}\u2069` : name;
}

function day(date: Date): string {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
}
