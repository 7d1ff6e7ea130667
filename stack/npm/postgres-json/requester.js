/**
 * Makes the database treat a request as it treats one from PostgREST, which connects as `authenticator`. lite connects as
 * a superuser and only changes its role, so that any role would be granted, and no limit of a role would hold.
 *
 * The statements below are recognised by their text: they are the ones with which lite 0.10.0 begins a request.
 */
const takesRole = /^\s*select set_config\('role', \$1, true\)\s*$/i;
const namesPath = /^\s*select set_config\('request\.path', \$1, true\)\s*$/i;

/** As `authenticator`, the database itself decides which role may be taken. Both end with the transaction. */
const takeRole = "select set_config('session_authorization', 'authenticator', true), set_config('role', $1, true)";

/** What `alter role … set` says of the role, or else of authenticator; only what the role might set itself. */
const applyRoleSettings = `
  select set_config(chosen.name, chosen.value, true) from (
    select distinct on (given.name) given.name, given.value
    from pg_catalog.pg_roles as r
    cross join lateral unnest(r.rolconfig) as entry (text)
    cross join lateral (
      select split_part(entry.text, '=', 1), substr(entry.text, strpos(entry.text, '=') + 1)
    ) as given (name, value)
    join pg_catalog.pg_settings as s on s.name = given.name and s.context = 'user'
    where r.rolname in ('authenticator', current_user)
    order by given.name, r.rolname = 'authenticator'
  ) as chosen`;

/**
 * A function that promises not to write is held to it, and its own statement_timeout counts from the start of the call: set
 * by the function alone it would come too late, because the statement that calls it is running already.
 * Of several functions of one name it is the one that takes the arguments by these names.
 */
const applyFunction = `
  with called as (
    select p.provolatile, p.proconfig
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    cross join lateral (
      select coalesce(array_agg(a.name order by a.place) filter (where a.mode in ('i', 'b', 'v')), '{}')
      from unnest(p.proargnames, p.proargmodes::text[]) with ordinality as given (name, mode, place)
      cross join lateral (select given.name, coalesce(given.mode, 'i'), given.place) as a (name, mode, place)
    ) as takes (names)
    where n.nspname = $1 and p.proname = $2 and p.prokind = 'f'
      and $3::text[] <@ takes.names and takes.names[: p.pronargs - p.pronargdefaults] <@ $3::text[]
  )
  select set_config('transaction_read_only', 'on', true) from called where called.provolatile <> 'v'
  union all
  select set_config('statement_timeout', substr(entry.text, strpos(entry.text, '=') + 1), true)
  from called cross join lateral unnest(called.proconfig) as entry (text)
  where entry.text like 'statement_timeout=%'`;

/** Without a table that has row security lite would take no role at all, and run requests as the superuser that it is. */
const looksForRowSecurity = /^\s*select count\(\*\) ::text as count from pg_class where relrowsecurity = true\s*$/i;

/** Sends lite's statements through `send`, with what a request needs before them. One for each connection. */
export function sendAsRequester(send) {
  let path = null;
  return async (text, parameters, options) => {
    if (looksForRowSecurity.test(text)) return await send("select '1' as count", [], options);
    if (takesRole.test(text)) {
      path = null;
      const [taken] = await inTurn(send(takeRole, parameters, options), send(applyRoleSettings, []));
      return taken;
    }
    if (namesPath.test(text)) path = parameters[0];
    const called = path === null ? null : calledFunction(text, path);
    if (called === null) return await send(text, parameters, options);
    path = null;
    const applied = send(applyFunction, [called.schema, called.name, called.argumentNames]);
    const [, answer] = await inTurn(applied, send(text, parameters, options));
    return answer;
  };
}

/** One after the other on the connection, without waiting in between: the driver sends a query when its end is asked for. */
function inTurn(first, second) {
  return Promise.all([first, second]);
}

const identifier = '(?:"(?:[^"]|"")+"|[\\w$]+)';
const call = new RegExp(`\\bfrom (${identifier})\\.(${identifier})\\(`, "i");
const namedArgument = new RegExp(`(${identifier}) :=`, "g");

/** The function that a statement calls for a request to /rpc/<name>; null for any other statement. */
function calledFunction(text, path) {
  const found = call.exec(text);
  if (found === null || `/rpc/${unquoted(found[2])}` !== path) return null;
  const argumentNames = [...text.matchAll(namedArgument)].map(([, name]) => unquoted(name));
  return { schema: unquoted(found[1]), name: unquoted(found[2]), argumentNames };
}

function unquoted(name) {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
