import { type ComponentChild, h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { DigestContent, DigestPerson } from "./content.ts";

// Mail programs read styles at the element; only the dark colours are in a style sheet, for the programs that know it.
const DARK =
  "@media (prefers-color-scheme: dark) { .page { background: #16181d !important; } .card { background: #22252c !important; } " +
  ".text { color: #e8eaee !important; } .quiet { color: #a9afba !important; } .link { color: #8ab4f8 !important; } " +
  ".line { border-color: #3a3f4a !important; } }";
const FONT = "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif;";
const TEXT = `${FONT} color: #1d2129; font-size: 15px; line-height: 22px;`;
const QUIET = `${FONT} color: #5b6270; font-size: 13px; line-height: 18px;`;
const CELL = "padding: 8px 0; border-bottom: 1px solid #e4e7ec;";
const LINK = "color: #1a56c4;";

/** The whole document: one column of tables, no image, nothing that is loaded. Every text is escaped by the renderer. */
export function htmlBody(content: DigestContent): string {
  const head = h("head", null, [
    h("meta", { charset: "utf-8" }),
    h("meta", { name: "viewport", content: "width=device-width" }),
    h("meta", { name: "color-scheme", content: "light dark" }),
    // What older versions of Apple Mail read.
    h("meta", { name: "supported-color-schemes", content: "light dark" }),
    h("title", null, content.subject),
    h("style", { dangerouslySetInnerHTML: { __html: DARK } }),
  ]);
  const hidden = "display: none; max-height: 0; overflow: hidden;";
  const body = h("body", { class: "page", style: "margin: 0; background: #f4f5f7;" }, [
    h("div", { style: hidden }, content.preheader),
    table("padding: 24px 12px;", [
      row(h("td", { class: "card", style: "background: #ffffff; border-radius: 8px; padding: 24px;" }, card(content))),
    ]),
  ]);
  return `<!doctype html>${renderToString(h("html", { lang: "en" }, [head, body]))}`;
}

function card(content: DigestContent): ComponentChild[] {
  return [
    h("h1", { class: "text", style: `${TEXT} font-size: 20px; line-height: 26px; margin: 0;` }, content.heading),
    h("p", { class: "quiet", style: `${QUIET} margin: 4px 0 16px;` }, content.week),
    table("", content.lines.map(([label, value]) => row([cell(label, "text"), cell(value, "text", "right")]))),
    ...content.lists.flatMap(listOf),
    h("p", { class: "quiet", style: `${QUIET} margin: 16px 0 0;` }, content.note),
    ...(content.href === null ? [] : [
      h("p", { style: "margin: 16px 0 0;" }, link(content.href, "All figures of this week")),
    ]),
    h("p", { class: "quiet", style: `${QUIET} margin: 24px 0 0;` }, [
      "You get this mail each Monday as a manager. ",
      link(content.unsubscribe_href, "Unsubscribe"),
    ]),
  ];
}

function listOf({ title, people }: DigestContent["lists"][number]): ComponentChild[] {
  if (people.length === 0) return [];
  return [
    h("h2", { class: "text", style: `${TEXT} font-size: 16px; margin: 24px 0 4px;` }, title),
    table("", people.map(personRow)),
  ];
}

function personRow({ place, name, score, scored, href }: DigestPerson): ComponentChild {
  return row([
    cell(place, "quiet"),
    cell(href === null ? name : link(href, name), "text"),
    cell(`${score} (${scored})`, "text", "right"),
  ]);
}

function table(style: string, rows: readonly ComponentChild[]): ComponentChild {
  return h("table", { role: "presentation", style: `width: 100%; max-width: 600px; margin: 0 auto; ${style}` }, [
    h("tbody", null, [...rows]),
  ]);
}

function row(cells: ComponentChild | ComponentChild[]): ComponentChild {
  return h("tr", null, cells);
}

function cell(
  content: ComponentChild | string,
  colour: "text" | "quiet",
  align: "left" | "right" = "left",
): ComponentChild {
  const style = `${colour === "text" ? TEXT : QUIET} ${CELL} text-align: ${align};`;
  return h("td", { class: `${colour} line`, style }, content);
}

function link(href: string, text: string): ComponentChild {
  return h("a", { class: "link", href, style: LINK }, text);
}
