const PRIVILEGES: Readonly<Record<string, string>> = {
  r: "select",
  w: "update",
  a: "insert",
  d: "delete",
  D: "truncate",
  x: "references",
  t: "trigger",
  m: "maintain",
  X: "execute",
  U: "usage",
  C: "create",
};

/** Whether the second access list allows something that the first does not. Both as PostgreSQL prints them. */
export function grantsMore(have: string, want: string): boolean {
  return lost(want, have).size > 0;
}

/** The statements that revoke what the first access list allows and the second does not. */
export function revokes(target: string, have: string, want: string): string[] {
  return [...lost(have, want)].map(([grantee, letters]) => {
    const names = letters.map((letter) => PRIVILEGES[letter] ?? letter).join(", ");
    return `revoke ${names} on ${target} from ${roleOf(grantee)};`;
  });
}

function lost(from: string, to: string): Map<string, string[]> {
  const remaining = parse(to);
  const lacking = new Map<string, string[]>();
  for (const [grantee, letters] of parse(from)) {
    const gone = [...letters].filter((letter) => !remaining.get(grantee)?.has(letter));
    if (gone.length > 0) lacking.set(grantee, gone);
  }
  return lacking;
}

/** `{postgres=arwd/postgres,=X/postgres}` by grantee; the empty one is public. */
function parse(list: string): Map<string, Set<string>> {
  const granted = new Map<string, Set<string>>();
  for (const [, grantee = "", letters = ""] of list.matchAll(/[{,]"?([^={},"]*)=([A-Za-z*]*)\//g)) {
    granted.set(grantee, new Set(letters.replaceAll("*", "")));
  }
  return granted;
}

function roleOf(grantee: string): string {
  if (grantee === "") return "public";
  return /^[a-z_][a-z0-9_]*$/.test(grantee) ? grantee : `"${grantee}"`;
}
