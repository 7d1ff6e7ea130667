/**
 * Numbers that identify a person or a thing: payment cards, bank accounts, telephones, IP and MAC addresses, row ids.
 */

type NumberRule = readonly [pattern: RegExp, replacement: string | ((found: string, ...rest: unknown[]) => string)];

/** Dates and times, which are kept: their digits and signs look like a telephone number. */
const MOMENT = String
  .raw`(?<!\d)(?:\d{4}-\d\d-\d\d|\d\d?[/.]\d\d?[/.]\d{4}|\d\d?:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[+-]\d\d(?::?\d\d)?)?)(?!\d)`;
const IS_MOMENT = new RegExp(`^${MOMENT}$`);

/** Groups of digits as people write them, long enough for a card or a telephone number. */
const GROUPS = String.raw`(?<!\d)[+(]{0,2}\d(?:[ ()./‐-―−-]{0,2}\d){6,33}(?![\d%])`;

/** A migration's number: YYYYMMDDhhmmss. */
const STAMP = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;

const UNITS = /^ ?(?:bytes?|rows?|kB|MB|ms|seconds?|pages?|blocks?)\b/;

const UUID = /(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/gi;

const RULES: readonly NumberRule[] = [
  [/(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])/gi, "[mac]"],
  [/(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g, "[ip]"],
  [/(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, (found) => isIpv6(found) ? "[ip]" : found],
  [
    /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/gi,
    (found) => withoutIban(found),
  ],
  [
    /(?<![\p{L}\p{N}])((?:phone|telephone|tel|mobile|fax|call|dial|ring)\W{1,4})\+?\d[\d ()./-]{4,24}\d/giu,
    "$1[number]",
  ],
  [new RegExp(`${MOMENT}|${GROUPS}|\\d{35,}`, "g"), judgeGroups as (found: string, ...rest: unknown[]) => string],
];

/** Removes UUIDs. Not part of scrubNumbers(): a job's name may hold one, which tells it apart from others. */
export function scrubIdentifiers(text: string): string {
  return text.replace(UUID, "[uuid]");
}

/** Removes IP and MAC addresses, IBANs, telephone and card numbers, and long identifiers. */
export function scrubNumbers(text: string): string {
  let rest = text;
  for (const [pattern, replacement] of RULES) {
    rest = typeof replacement === "string" ? rest.replace(pattern, replacement) : rest.replace(pattern, replacement);
  }
  return rest;
}

/** Rules out times of day, which have colons too, and casts (`::`). */
function isIpv6(text: string): boolean {
  const groups = text.split(":").filter((group) => group !== "");
  if (text.includes(":::")) return false;
  if (text.includes("::")) return groups.some((group) => /\d/.test(group)) || groups.length > 1;
  return groups.length === 8;
}

/** The Luhn check: the last digit of a card number is a check digit (ISO/IEC 7812). */
export function passesLuhn(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits) || /^0+$/.test(digits)) return false;
  const sum = [...digits].reverse().map(Number).reduce((total, digit, place) => {
    const weighed = place % 2 === 1 ? digit * 2 : digit;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

/** The check of an IBAN: its third and fourth characters are check digits, modulo 97 (ISO 13616). */
export function passesMod97(account: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(account)) return false;
  const moved = account.slice(4) + account.slice(0, 4);
  return [...moved].reduce((rest, letter) => {
    const value = parseInt(letter, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0) === 1;
}

/** A word that follows an IBAN looks like its last group, so the longest prefix that passes the check is the IBAN. */
function withoutIban(found: string): string {
  for (let end = found.length; end >= 15; end -= 1) {
    const inside = found[end] !== undefined && /[A-Za-z0-9]/.test(found[end] ?? "") &&
      /[A-Za-z0-9]/.test(found[end - 1] ?? "");
    if (inside) continue;
    if (passesMod97(found.slice(0, end).replace(/[ -]/g, "").toUpperCase())) return `[iban]${found.slice(end)}`;
  }
  return found;
}

/**
 * Replaces a run of digit groups if some of its groups form a card number, or if it has the form of a telephone number.
 */
function judgeGroups(found: string, at: number, whole: string): string {
  if (IS_MOMENT.test(found)) return found;
  if (/^\d+$/.test(found)) return judgeDigits(found, at, whole);
  if (/^\d+\.\d+$/.test(found)) return found;
  // Digits at the end of a name belong to the name and do not start a telephone number.
  const free = /\w/.test(whole[at - 1] ?? "") ? found.replace(/^[^ ]*/, "") : found;
  return holdsTelephone(free) || holdsCard(found) ? "[number]" : found;
}

/** Whether some consecutive groups form a telephone number: other numbers may stand before and after it. */
function holdsTelephone(text: string): boolean {
  const parts = text.split(" ");
  return parts.some((_, from) => parts.some((_, to) => to >= from && isTelephone(parts.slice(from, to + 1).join(" "))));
}

function isTelephone(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (/^\(?\+/.test(text)) return digits.length >= 8;
  if (/^\(?0\d/.test(text) && !text.includes(".")) return digits.length >= 9 && /[ ()/-]/.test(text);
  return /^(?:1[ .-])?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}$/.test(text) || /^\d{3}-\d{2}-\d{4}$/.test(text);
}

/** Four groups of four digits count as a card number even if the check fails: a digit may be mistyped. */
function holdsCard(text: string): boolean {
  if (/(?:^|\D)\d{4}([ ‐-―−-])\d{4}\1\d{4}\1\d{4}(?!\d)/.test(text)) return true;
  const groups = text.match(/\d+/g) ?? [];
  for (let from = 0; from < groups.length; from += 1) {
    let digits = "";
    for (const group of groups.slice(from, from + 19)) {
      digits += group;
      if (digits.length > 19) break;
      if (passesLuhn(digits)) return true;
    }
  }
  return false;
}

/**
 * Nine digits or more are an identifier, unless a unit follows (`rows`, `ms`); inside a name, only a card number is
 * removed.
 */
function judgeDigits(found: string, at: number, whole: string): string {
  if (found.length < 9 || STAMP.test(found)) return found;
  const after = whole.slice(at + found.length, at + found.length + 10);
  if (found.length <= 12 && UNITS.test(after)) return found;
  const inside = /\w/.test(whole[at - 1] ?? "") || /\w/.test(after[0] ?? "");
  return inside && !passesLuhn(found) ? found : "[number]";
}
