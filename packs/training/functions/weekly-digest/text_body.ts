import type { DigestContent } from "./content.ts";

/** The same as the HTML, for programs that show text. */
export function textBody(content: DigestContent): string {
  const width = Math.max(...content.lines.map(([label]) => label.length));
  return [
    content.heading,
    content.week,
    "",
    ...content.lines.map(([label, value]) => `${label.padEnd(width)}  ${value}`),
    ...content.lists.filter(({ people }) => people.length > 0).flatMap(({ title, people }) => [
      "",
      title,
      ...people.map(({ place, name, score, scored }) => `${place.padStart(4)}  ${name}: ${score} (${scored})`),
    ]),
    "",
    content.note,
    ...(content.href === null ? [] : ["", `All figures of this week: ${content.href}`]),
    "",
    "You get this mail each Monday as a manager.",
    `Unsubscribe: ${content.unsubscribe_href}`,
    "",
  ].join("\n");
}
