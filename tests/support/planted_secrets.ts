/** A secret, or what names a person, as it stands in a message; `hidden` is what may not be left of it. */
export interface Planted {
  readonly kind: string;
  readonly text: string;
  readonly hidden: readonly string[];
}

/** Forms of vendors are put together from parts, so that no scanner takes this file for a leak. */
function joined(...parts: readonly string[]): string {
  return parts.join("");
}

function whole(kind: string, ...parts: readonly string[]): Planted {
  const text = joined(...parts);
  return { kind, text, hidden: [text] };
}

function held(kind: string, before: string, hidden: string, after = ""): Planted {
  return { kind, text: `${before}${hidden}${after}`, hidden: [hidden] };
}

const JWT = joined("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJzdWIiOiJwbGFudGVkIn0", ".cGxhbnRlZC1zaWduYXR1cmU");

/** At home in any sentence. */
export const PLANTED: readonly Planted[] = [
  held("client secret", "client_secret=", "abcDEF123ghi"),
  held("access token", "access_token=", "tok3n-value"),
  held("refresh token of a query string", "?grant=x&refresh_token=", "r3fresh-me"),
  held("environment of psql", "PGPASSWORD=", "hunter2"),
  held("environment of an application", "DB_PASSWORD=", "hunter2"),
  held("environment with a colon", "POSTGRES_PASSWORD: ", "hunter2 horse"),
  held("exported variable", "export SECRET_KEY_BASE=", "0d1f2a"),
  held("quoted assignment", 'password="', "two words", '"'),
  held("quoted assignment in apostrophes", "passwd = '", "two words", "'"),
  held("assignment with signs", "password=", "a,b;c&d"),
  held("assignment after many blanks", "password:          ", "hunter2"),
  held("hash rocket", ":api_key => ", "planted-key"),
  held("camel case", "accessToken: ", "planted-token"),
  held("JSON", '{"user":"app","password":"', 'pl"anted', '","port":5432}'),
  held("escaped JSON", '{\\"apiKey\\":\\"', "planted key", '\\"}'),
  held("encoded assignment", "body token%3D", "planted-token"),
  held("basic authorization", "Authorization: Basic ", "ZXZlOmh1bnRlcjI="),
  held("basic authorization without its header", "sent Basic ", "ZXZlOmh1bnRlcjI="),
  held("bearer", "Authorization: Bearer ", "abc.def"),
  held("bearer without its header", "sent Bearer ", "abcdefgh"),
  held("another scheme", "Proxy-Authorization: Digest username=", "eve-planted"),
  held("cookie", "Cookie: sid=1; sb-access-token=", "planted-cookie"),
  held("set cookie", "Set-Cookie: theme=dark; session=", "planted-cookie"),
  held("header of a key", "x-api-key: ", "planted-key"),
  held("apikey", "apikey: ", "planted-key"),
  whole("live key of Stripe", "sk_", "live_", "4eC39HqLyjWDarjtT1zdp7dc"),
  whole("test key of Stripe", "rk_", "test_", "4eC39HqLyjWDarjtT1zdp7dc"),
  whole("webhook key of Stripe", "whsec_", "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH"),
  whole("key of AWS", "AKIA", "IOSFODNN7EXAMPLE"),
  whole("passing key of AWS", "ASIA", "Y34FZKBOKMUTVV7A"),
  held("secret of AWS", "aws_secret_access_key = ", joined("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY")),
  whole("secret of AWS alone", "wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"),
  whole("key of Google", "AIza", "SyA1234567890abcdefghijklmnopqrstuv"),
  whole("token of Google", "ya29.", "a0AfH6SMBx1234567890abcdef"),
  whole("secret of a Google client", "GOCSPX-", "1234567890abcdefghijkl"),
  whole("token of GitHub", "ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"),
  whole("fine-grained token of GitHub", "github_pat_", "11ABCDEFG0abcdefghijkl_1234567890"),
  whole("token of GitLab", "glpat-", "ABCDEFGHIJKLMNOPQRST"),
  whole("token of Slack", "xoxb-", "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"),
  held(
    "webhook of Slack",
    "https://hooks.slack.com/services/",
    joined("T00000000/", "B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"),
  ),
  whole("key of SendGrid", "SG.", "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc1s5cr"),
  whole("token of npm", "npm_", "abcdefghijklmnopqrstuvwxyz0123456789"),
  whole("key of Anthropic", "sk-", "ant-api03-abcdefghijklmnop"),
  whole("key of OpenAI", "sk-", "proj-abcdefghijklmnop0123"),
  whole("token of Hugging Face", "hf_", "abcdefghijklmnopqrstuvwxyz"),
  whole("key of Supabase", "sb_", "secret_PlantedPlantedPlanted00"),
  whole("token of Supabase", "sbp_", "0123456789abcdef0123456789abcdef01234567"),
  whole("bot of Telegram", "123456789", ":AAExampleExampleExampleExample12345"),
  whole("token of Vault", "hvs.", "CAESIJabcdefghijklmnop"),
  whole("JSON Web Token", JWT),
  whole("random word", "Zk3vQ9xT7bLm2Np8RwYc"),
  whole("digest", "9f86d081884c7d659a2feaa0c55ad015"),
  held(
    "private key",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "MIIEowIBAAKCAQEA7\nplanted",
    "\n-----END RSA PRIVATE KEY-----",
  ),
  held("private key that was cut off", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "b3BlbnNzaC1rZXk"),
  held("password that is told", "the password is ", "hunter2"),
  held("password of somebody", "the password for the app was ", "correct horse"),
  held("password in use", "connected with password ", "hunter2"),
  held("password in German", "das Passwort ist ", "hunter2"),
  held("api key that is told", "the API key is ", "planted-key"),
  held("switch of a command", "psql --password ", "hunter2"),
  held("user of curl", "curl -u ", "eve:hunter2"),
  held("line of .pgpass", "db.example.org:5432:app:eve:", "hunter2"),
  held("address with a password", "postgres://eve:", "hunter2", "@db.example.org/x"),
  held("address with a strange password", "postgresql://eve:", "hu,nt(er/2@x", "@db.example.org:5432/x"),
  held("connection string", "host=db port=5432 user=app password=", "hunter2", " dbname=x"),
  held("connection string of .NET", "Server=db;User Id=app;Password=", "hunter2", ";"),
  held("query of an address", "https://api.example.org/v1/x?sig=", "planted-sig"),
  held("DSN", "https://", "0123456789abcdef", "@o1.ingest.example.org/17"),
  whole("e-mail address", "eve.planted@example.org"),
  held("e-mail address in brackets", "Eve <", "eve+x@example.org", ">"),
  whole("card", "4111111111111111"),
  whole("card with blanks", "4111 1111 1111 1111"),
  whole("card with hyphens", "4111-1111-1111-1111"),
  whole("card with a mistake", "4929 1234 5678 1234"),
  held("card after a number", "order 12 ", "5500 0000 0000 0004"),
  whole("IBAN", "DE89370400440532013000"),
  whole("IBAN with blanks", "GB82 WEST 1234 5698 7654 32"),
  whole("telephone", "+49 (0)30 1234567"),
  whole("telephone with hyphens", "+1-415-555-2671"),
  whole("telephone at home", "(415) 555-2671"),
  whole("telephone of a country", "0171 2345678"),
  held("telephone after its word", "tel: ", "555 2671"),
  whole("address of a machine", "203.0.113.77"),
  whole("long address of a machine", "2001:db8::ff00:42:8329"),
  whole("hardware address", "00:1B:44:11:3A:B7"),
  whole("UUID", "8f14e45f-ceea-467f-a9d5-1b1c2d3e4f50"),
  whole("social security number", "078-05-1120"),
  held("name in guillemets", "learner «", "Eve Planted", "» is unknown"),
  held("name in reversed guillemets", "learner »", "Eve Planted", "« is unknown"),
  held("name in curled quotes", "learner “", "Eve Planted", "” is unknown"),
  held("name in German quotes", "learner „", "Eve Planted", "“ is unknown"),
  held("name in single curled quotes", "learner ‘", "Eve O’Planted", "’ is unknown"),
  held("name in backticks", "learner `", "Eve Planted", "` is unknown"),
  held("name in double quotes", 'learner "', "Eve Planted", '" is unknown'),
  held("name with quotes in it", 'learner "', 'Eve "E" Planted', '" is unknown'),
  held("name in apostrophes", "learner '", "Eve O'Planted", "' is unknown"),
  held("name behind its word", "full_name=", "Planted"),
];

/** What PostgreSQL and HTTP wrap around it. */
export const CONTEXTS: Readonly<Record<string, (planted: string) => string>> = {
  bare: (planted) => planted,
  raised: (planted) => `ERROR:  import failed: ${planted}`,
  refreshed: (planted) => `ERROR:  refresh of analytics.mv_x failed [P0001]: ${planted} at 03:00:00+00`,
  answered: (planted) => `function "nightly" reported that it failed: HTTP 500 ${planted}\nretry in 5 seconds`,
  apostrophe: (planted) => `ERROR:  couldn't reach the host's port: ${planted}`,
  second: (planted) => `ERROR:  relation "analytics.gone" does not exist\n${planted} was sent`,
};

/** Where whatever stands is a value. */
export const VALUE_CONTEXTS: Readonly<Record<string, (planted: string) => string>> = {
  detail: (planted) => `ERROR:  x\nDETAIL:  ${planted}`,
  hint: (planted) => `ERROR:  x\nHINT:  Ask ${planted} about it.`,
  detail_and_hint: (planted) => `ERROR:  x\nDETAIL:  a ${planted}\nb\nHINT:  ${planted}\nCONTEXT:  SQL ${planted}`,
  context: (planted) => `ERROR:  x\nCONTEXT:  SQL statement "select ${planted}"\nPL/pgSQL function f() line 3`,
  query: (planted) => `ERROR:  x\nQUERY:  select ${planted}`,
  excerpt: (planted) => `ERROR:  syntax error\nLINE 1: select ${planted.replaceAll("\n", " ")}\n               ^`,
  key: (planted) => `ERROR:  duplicate key\nDETAIL:  Key (name, card)=(${planted}, 7) already exists.`,
  row: (planted) => `ERROR:  new row violates check\nDETAIL:  Failing row contains (1, ${planted}, null).`,
  input: (planted) => `ERROR:  invalid input syntax for type integer: "${planted}"`,
  literal: (planted) => `ERROR:  failed: insert into t values ('${planted.replaceAll("'", "''")}', 'x')`,
};

/** Messages that an operator has to be able to read as they are; `names` is what is told beside them. */
export const READABLE: readonly { readonly message: string; readonly names?: readonly string[] }[] = [
  { message: 'job "x" of "postgres" is scheduled, and nobody declared it' },
  {
    message: 'job "nightly export" of "app owner" is scheduled, and nobody declared it',
    names: ["nightly export", "app owner"],
  },
  { message: 'cron.job has no job "refresh-mv_agent_progress"' },
  {
    message:
      'job "refresh-mv_x" has schedule "*/5 * * * *" instead of "3,33 * * * *", owner "app" instead of "postgres"',
  },
  { message: 'no run of "freshet-audit" was seen for 1800 seconds' },
  { message: 'no minute of the next eight years fits "0 0 30 2 *"' },
  { message: 'function "nightly-export" did not answer in time: Timeout of 5000 ms reached' },
  { message: 'job "x" calls https://other.example.org, and this project is https://this.example.org' },
  { message: 'refresh of analytics.mv_x failed [42P01]: relation "analytics.gone" does not exist' },
  { message: 'ERROR:  relation "public.fact_p202611_1234567890" does not exist' },
  { message: 'ERROR:  column "attempts_count" of relation "fact_scenario_attempts" does not exist' },
  { message: 'ERROR:  duplicate key value violates unique constraint "idx_mv_weakness_pk"' },
  { message: 'ERROR:  null value in column "org_id" of relation "org_members" violates not-null constraint' },
  { message: "ERROR:  permission denied for table submissions" },
  { message: "ERROR:  function analytics.refresh_view(unknown) does not exist" },
  { message: 'ERROR:  password authentication failed for role "reporting_user"' },
  { message: "ERROR:  canceling statement due to statement timeout" },
  { message: "ERROR:  canceling statement due to lock timeout [55P03]" },
  {
    message:
      "ERROR:  deadlock detected: process 4711 waits for ShareLock on transaction 81234567; blocked by process 4712",
  },
  { message: "could not extend file base/16384/2619: No space left on device" },
  { message: "connection failed: server closed the connection unexpectedly at 2026-11-20 03:00:00.123456+00" },
  { message: "the run of 2026-11-20T03:00:00Z took 12.345678 s, the one of 2026-11-21 03:00:00+00 took 0.123456789 s" },
  { message: "1234567 rows before, 12 rows after, 1073741824 bytes, 99.95 %" },
  { message: "migration 20261129001300 failed" },
  { message: "the last 3 runs failed, first at 10:00, last at 10:20:30" },
  { message: "PostgreSQL 15.8 (Debian 15.8-1.pgdg120+1), pg_cron 1.6, pg_net 0.14.0" },
  { message: "secret cron_secret_key is missing; the token was refused; the API key is not one of this project's" },
  { message: "no answer from function nightly: HTTP 401 UNAUTHENTICATED" },
  { message: "COPY 1951; SELECT 40; REFRESH MATERIALIZED VIEW" },
  { message: "ERROR:  cannot cast type text::jsonb to date::timestamptz" },
  { message: "it can't be refreshed: the view's index isn't valid" },
  { message: "heyJohnathan_and_friends, task-scheduler-worker, risk-of-lateness-report-daily" },
  {
    message: "index pk_test_results_2026, job NightlyExport2026ForMarketing, table ops_daily_report_2026_q1_by_region",
  },
];
