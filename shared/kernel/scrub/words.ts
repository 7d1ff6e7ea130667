/** A word: the text between white space and quotes. Each is read once. */
const WORD = /[^\s"'`<>«»“”]+/g;

const SCHEME_START = /[a-z][a-z0-9+.-]{0,29}$/i;

/** A path of plain words and versions, which identifies neither a person nor a key. */
const PLAIN_PATH = /^(?:\/(?:v\d{1,2}|[a-z_-]{1,40}))*\/?[.,:;)]{0,3}$/;

/** Removes e-mail addresses, and URLs that hold a user name and password. */
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

/** Removes the query of each URL, and its path if it is more than plain words: both may hold values. */
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

/** Removes any piece with text on both sides of an at-sign: also eve:password@host. */
function scrubEmails(word: string): string {
  return word.replace(/[^(),;[\]{}|=@]+@[^(),;[\]{}|]+/g, "[email]");
}
