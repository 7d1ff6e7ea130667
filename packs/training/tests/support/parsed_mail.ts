/** An element of a mail's HTML with its text and its children. */
export interface MailElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (MailElement | string)[];
}

const EMPTY = ["meta", "br", "img", "link"];
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };

/**
 * Parses strictly: each element is closed in order, and a "<" always begins a tag. So a text that reached the HTML without
 * being escaped is an element here, or an error.
 *
 * @throws Error that says where the HTML is not well-formed
 */
export function parsedMail(html: string): MailElement {
  const start = "<!doctype html>";
  if (!html.startsWith(start)) throw new Error("the mail has no doctype");
  const root: MailElement = { name: "document", attributes: {}, children: [] };
  const open = [root];
  for (let at = start.length; at < html.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(html);
    if (token === null) throw new Error(`no tag at: ${html.slice(at, at + 60)}`);
    const [, slash, name = "", attributes = "", text] = token;
    const parent = open.at(-1) ?? root;
    if (text !== undefined) {
      parent.children.push(decoded(text));
    } else if (slash === "/") {
      if (parent.name !== name) throw new Error(`</${name}> ends <${parent.name}>`);
      open.pop();
    } else {
      const element: MailElement = { name, attributes: attributesOf(attributes), children: [] };
      parent.children.push(element);
      if (!EMPTY.includes(name)) open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return root;
}

/** All elements below an element, in the order of the text. */
export function elementsOf(element: MailElement): MailElement[] {
  return element.children.flatMap((child) => typeof child === "string" ? [] : [child, ...elementsOf(child)]);
}

export function textOf(element: MailElement): string {
  return element.children.map((child) => typeof child === "string" ? child : textOf(child)).join("");
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, name = "", value = ""]) => [name, decoded(value)]),
  );
}

function decoded(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
