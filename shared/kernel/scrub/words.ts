/** What is between blanks and quotes. Each is read once. */
const WORD = /[^\s"'`<>«»“”]+/g;

const SCHEME_START = /[a-z][a-z0-9+.-]{0,29}$/i;

/** Steps of a path that name a place and no person or key. */
const PLAIN_PATH = /^(?:\/(?:v\d{1,2}|[a-z_-]{1,40}))*\/?[.,:;)]{0,3}$/;

/** Takes addresses of persons out of a text, and those that have a name and password in them. */
export function scrubAddresses(text: string): string {
  return text.replace(WORD, (word) => {
    if (!word.includes("@")) return word.replace(/[\w.+-]{1,64}%40[\w.-]+/g, "[email]");
    const scheme = word.indexOf("://");
    if (scheme <= 0 || word.indexOf("@", scheme) === -1) return scrubEmails(word);
    const prefix = word.slice(0, scheme);
    const start = SCHEME_START.exec(prefix.slice(-30))?.[0] ?? "";
    return `${scrubEmails(prefix.slice(0, prefix.length - start.length))}[url]`;
  });
}

/** What addresses carry along: a query is a value, and so is a path that is more than words. */
export function scrubPaths(text: string): string {
  return text.replace(WORD, (word) => {
    const scheme = word.indexOf("://");
    const end = scheme <= 0 ? -1 : word.slice(scheme + 3).search(/[/?#]/);
    if (end === -1) return word;
    const host_end = scheme + 3 + end;
    const [, path = "", tail = ""] = /^([^?#]*)(.*)$/s.exec(word.slice(host_end)) ?? [];
    const shown = PLAIN_PATH.test(path) || path === "" ? path : "/[path]";
    return `${word.slice(0, host_end)}${shown}${tail === "" ? "" : "?[query]"}`;
  });
}

/** A piece with something on both sides of an at-sign, whatever else it holds: also eve:password@host. */
function scrubEmails(word: string): string {
  return word.replace(/[^(),;[\]{}|=@]+@[^(),;[\]{}|]+/g, "[email]");
}
