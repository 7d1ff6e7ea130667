/** Passwords in the short options of command lines, as in `mysql -uapp -phunter2`. Long options are in credentials.ts. */

/** Programs by the option that holds a password, and whether the password may be the next word. */
const PROGRAMS: readonly {
  readonly names: RegExp;
  readonly option: string;
  readonly is_apart: boolean;
}[] = [
  // `mysql -p shop` asks for the password: the next word is the database.
  {
    names: /^(?:mysql(?:dump|admin|import|check|show|pump|slap|sh)?|mariadb(?:-[a-z]{1,20})?|7za?)$/,
    option: "-p",
    is_apart: false,
  },
  { names: /^(?:mongo\w{0,20}|sshpass|docker|podman)$/, option: "-p", is_apart: true },
  { names: /^(?:sqlcmd|bcp|isql|tsql|mosquitto_\w{3}|zip|unzip)$/, option: "-P", is_apart: true },
  { names: /^redis-cli$/, option: "-a", is_apart: true },
  { names: /^ldap\w{1,20}$/, option: "-w", is_apart: true },
];

const WORD = /\S+|\n/g;
/** The program of a word: `/usr/bin/mysql`, "`mysql", `mysql.exe:`. */
const PROGRAM = /(?<![\w-])([\w-]{2,40})(?:\.exe)?:?$/;
/** Where a command ends: with its line, or before the next command. */
const ENDS = /^(?:\n|&&|\|\|?)$|;$/;
const VALUE = /"[^"\n]*"?|'[^'\n]*'?|\S+/y;
const BLANKS = /[ \t]*/y;

/** Removes the passwords. Each word is read once. */
export function scrubCommands(text: string): string {
  let done = 0;
  let result = "";
  let program: (typeof PROGRAMS)[number] | undefined;
  WORD.lastIndex = 0;
  for (let found = WORD.exec(text); found !== null; found = WORD.exec(text)) {
    const [word] = found;
    if (ENDS.test(word)) program = undefined;
    else if (program === undefined || !word.startsWith(program.option)) program = programOf(word) ?? program;
    else {
      const at = valueAt(text, found.index, program);
      if (at === null) continue;
      VALUE.lastIndex = at;
      if (!VALUE.test(text)) continue;
      result += `${text.slice(done, at)}[secret]`;
      done = VALUE.lastIndex;
      WORD.lastIndex = done;
    }
  }
  return result + text.slice(done);
}

function programOf(word: string): (typeof PROGRAMS)[number] | undefined {
  const name = PROGRAM.exec(word.slice(-60))?.[1];
  return name === undefined ? undefined : PROGRAMS.find(({ names }) => names.test(name));
}

/** Where the password begins: right behind the option, or with the next word; null if there is none. */
function valueAt(
  text: string,
  start: number,
  { option, is_apart }: { readonly option: string; readonly is_apart: boolean },
): number | null {
  const end = start + option.length;
  BLANKS.lastIndex = end;
  BLANKS.test(text);
  const at = BLANKS.lastIndex;
  if (at === end) return end < text.length && text[end] !== "\n" ? end : null;
  return is_apart && at < text.length && text[at] !== "\n" ? at : null;
}
