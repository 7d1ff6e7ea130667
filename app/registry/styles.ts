// The part of the pages' style sheets that a chart needs elsewhere.

/** What charts are made of. */
export interface Parts {
  readonly classes: ReadonlySet<string>;
  readonly elements: ReadonlySet<string>;
}

interface Rule {
  /** A selector, or an at-rule. */
  readonly head: string;
  readonly body: string;
}

/** The rules of a sheet, those of an at-rule within its body. Comments are left out. */
function rulesOf(sheet: string): Rule[] {
  const text = sheet.replaceAll(/\/\*[^]*?\*\//g, "");
  const rules: Rule[] = [];
  let depth = 0;
  let start = 0;
  let opened = 0;
  for (const [at, sign] of [...text].entries()) {
    if (sign === "{" && ++depth === 1) opened = at;
    if (sign !== "}" || --depth > 0) continue;
    rules.push({ head: text.slice(start, opened).trim(), body: text.slice(opened + 1, at) });
    start = at + 1;
  }
  return rules;
}

/**
 * The sheet of the charts, between what the sheets before and after it have for the classes and elements that charts are
 * made of: classes as they are, elements inside of a chart only. Variables have names that no other sheet has.
 */
export function styleSheetOf(before: string, charts: string, after: string, parts: Parts): string {
  const needed = (head: string) => neededOf(head, parts);
  const texts = [
    textOf(rulesOf(before), needed),
    textOf(rulesOf(charts), (head) => head.replaceAll(/\s*\n\s*/g, "\n")),
    textOf(rulesOf(after), needed),
  ];
  return `${texts.join("\n\n").replaceAll(VARIABLE, "--freshet-")}\n`;
}

function textOf(rules: readonly Rule[], selectorOf: (head: string) => string): string {
  return rules.flatMap(({ head, body }) => {
    if (head.startsWith("@")) {
      const inner = textOf(rulesOf(body), selectorOf);
      return inner === "" ? [] : [`${head} {\n${inner.replaceAll(/^(?=.)/gm, "  ")}\n}`];
    }
    const selector = selectorOf(head);
    const lines = body.trim().split("\n").map((line) => `  ${line.trim()}`).join("\n");
    return selector === "" ? [] : [`${selector} {\n${lines}\n}`];
  }).join("\n\n");
}

/** Of a list of selectors those that are for a chart; empty if none is. */
function neededOf(head: string, { classes, elements }: Parts): string {
  const needed = head.split(/\s*,\s*/).flatMap((selector) => {
    const named = [...selector.matchAll(/\.([\w-]+)/g)].map(([, name = ""]) => name);
    if (named.length > 0) return named.every((name) => classes.has(name)) ? [selector] : [];
    const tags = [...selector.matchAll(/(?:^|[\s>+~])([a-z][a-z0-9]*)/g)].map(([, name = ""]) => name);
    // As weak as it was, so that the charts' own rules are stronger.
    return tags.length > 0 && tags.every((name) => elements.has(name)) ? [`:where(.chart) ${selector}`] : [];
  });
  return needed.join(",\n");
}

const VARIABLE = /--(?=[a-z])/g;

/** The variables that a sheet uses, for light and dark, without their dashes, as a registry names them. */
export interface Variables {
  readonly light: Readonly<Record<string, string>>;
  readonly dark: Readonly<Record<string, string>>;
  /** Those that are the same in both: a rule for the sheet. */
  readonly rule: string;
}

export function variablesOf(tokens: string, sheet: string): Variables {
  const light: Record<string, string> = {};
  const dark: Record<string, string> = {};
  const both: string[] = [];
  for (const [, name = "", value = ""] of tokens.matchAll(/^\s*--([\w-]+):\s*(.+);$/gm)) {
    if (!sheet.includes(`var(--freshet-${name})`)) continue;
    const [, of_light, of_dark] = /^light-dark\(([^,]+), ([^,]+)\)$/.exec(value) ?? [];
    if (of_light === undefined || of_dark === undefined) both.push(`  --freshet-${name}: ${value};\n`);
    else [light[`freshet-${name}`], dark[`freshet-${name}`]] = [of_light, of_dark];
  }
  return { light, dark, rule: both.length === 0 ? "" : `:root {\n${both.join("")}}\n\n` };
}
