import { scrubCommands } from "./commands.ts";
import { scrubAddresses } from "./words.ts";

/**
 * Removes credentials by their form. The vendors' forms follow the published rules of secretlint's recommended preset;
 * tests prove that these rules remove whatever the preset reports. The preset itself does not run here: it is
 * asynchronous (a schema's transform cannot wait), weighs 60 KB, and alone finds only a minority of the secrets that
 * people paste.
 *
 * Each pattern starts at a fixed text or at a word boundary and consumes what it reads, so the time is linear in the
 * length of the text.
 */

/** Names whose value is a secret contain one of these: DB_PASSWORD, client_secret, "accessToken", Set-Cookie. */
const SECRET_NAME =
  /pass(?:wor[dt]|wd|phrase|code|_?key)|pwd|\bpw\b|kennwort|contrase|senha|wachtwoord|hasło|пароль|密码|密碼|パスワード|secret|token|credential|authori[sz]ation|cookie|(?:api|access|private|signing|encryption|service|anon|publishable|master|shared|account|license|webhook|host|session)[_.-]?key|sess(?:ion)?[_.-]?id|\bsid\b|jwt|bearer|signature|[cx]srf|(?:^|[_.-])(?:sig|dsn|pin|t?otp|nonce|(?:cvv|cvc)2?)(?=$|[_.-])|connection[_.-]?string|\bpass$|_pass$/i;

/** Names of variables whose value is a secret: SUPABASE_SERVICE_ROLE_KEY, STRIPE_KEY, GITHUB_PAT. */
const SECRET_VARIABLE = /^[A-Z][A-Z0-9_]{0,80}_(?:KEY|PAT|PSK|PW)$/;

/** Endings of names that only describe a secret and do not hold one: a kind of incident, a count, a time. */
const TELLS_OF_ONE = /(?:_missing|_count|_at|_type|_length|_expiry|_class)$/i;

/** Names whose value identifies a person. */
const PERSON_NAME =
  /^(?:e?mail|phone|tel|telephone|mobile|fax|ssn|iban|bic|dob|birth\w*|(?:first|last|full|user|family|given|middle|sur)[_.-]?name|login|address|street|card\w*)$/i;

/** Names whose value is the rest of the line: a scheme and its value, several cookies, a phrase. */
const REST_OF_LINE = /authori[sz]ation|cookie|credential|pass(?:wor[dt]|wd|phrase)|pwd|kennwort|contrase/i;

const QUOTED =
  `\\\\"[\\s\\S]*?(?:\\\\"|$)|"(?:[^"\\\\]|\\\\[\\s\\S]|"(?=\\w))*(?:"|$)|'(?:[^'\\\\]|\\\\[\\s\\S]|'(?=\\w))*(?:'|$)`;

/**
 * name=value, name: value, "name": "value", name => value. How far the value reaches depends on the name and the sign:
 * see valueAfter().
 */
const ASSIGNED = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])[\\p{L}\\p{N}_.-]+(?=((?:\\\\?["']\\]?)?[ \\t]{0,20}(?:=>|:=|→|->|%3[dD]|={1,3}|:(?!:|\\/\\/))[ \\t]{0,20}(?:\\r?\\n[ \\t]{0,20})?)[^ \\t\\r\\n])`,
  "gu",
);
const VALUE = new RegExp(`(?:${QUOTED}|\\S+)`, "y");
const LINE_VALUE = new RegExp(`(?:${QUOTED}|[^\\r\\n]+)`, "y");
const LIST_VALUE = /[[{(][^\]})]*[\]})]?/y;
const PHRASE_VALUE = new RegExp(`(?:${QUOTED}|[^\\r\\n,;}]+)`, "y");

/** <password>…</password>, with or without attributes. */
const ELEMENT = /(<([\p{L}\p{N}_.:-]{1,60})(?:\s[^<>]{0,200})?>)[^<]+/gu;

const SECRET_WORDS =
  "pass(?:wor[dt]|wd|[ -]?phrase|code)|pwd?|t?otp|(?:cvv|cvc)2?|[cx]srf|kennwort|contraseña|mot de passe|pin(?: code)?|secret(?: key)?|token|credentials?|(?:service[ _-]role|api|access|private|signing|encryption|service|license|account|session|master|shared|webhook|client|deploy|anon)[ _-]key|(?:recovery|backup|verification|authentication|auth|one-time) code";

/** Words that follow the name of a secret in a sentence about it, and are not its value. */
const STATES =
  "not|no|missing|required|expired|invalid|empty|unknown|wrong|incorrect|too|null|refused|rejected|revoked|absent|unset|set|never|needed|malformed|unavailable|disabled|already|being|denied|sent|from|in|for|of|the|a|an|one|authentication|stored|kept|checked|used|supplied|provided|given|there|here|ok|valid|on|about|only|longer|shorter|at|by|to|and|or|is|was|has|must|may|cannot|could|does|did|that|which|file|rotation|reset|policy|encryption|hash|type|name|bucket";

const PROSE: readonly RegExp[] = [
  // the password is …, the token for the app was …, API key: …
  new RegExp(
    `(?<![\\p{L}\\p{N}_])((?:${SECRET_WORDS})(?: (?:for|of|to) \\S{1,60}(?: \\S{1,60})?)?(?: {1,3}(?:is|was|are|were|ist|war|lautet|est|es|equals|reads|set to|changed to)(?: {0,3}[:=])? {1,3}| {0,3}[:=] {0,3}))(?!(?:${STATES})(?![\\p{L}\\p{N}_-]))(?:\\[secret\\]|\\S+[^\\r\\n,;]*)`,
    "giu",
  ),
  // OTP 123456, security code 123, PIN 12 34; not: PIN 3 of 5, OTP 300 seconds
  /(?<![\p{L}\p{N}])((?:(?:cvv|cvc)2?|csc|t?otp|pin|passcode|(?:security|verification|authentication|auth|recovery|backup|confirmation|sms|2fa|mfa|one[- ]time) (?:code|pin|passcode|password))(?: (?:code|number|value))?(?: for \S{1,60})?(?: {1,3}(?:is|was))?[ :=#]{1,4})\d(?:[ -]?\d){2,18}(?!\d)(?! ?(?:m?s|seconds?|minutes?|bytes?|rows?|times|attempts?)(?![\p{L}\p{N}]))/giu,
  // with password …, using the token …
  new RegExp(
    `(?<![\\p{L}\\p{N}_])((?:with|using|by|mit|avec|con) {1,3}(?:(?:the|a|his|her|dem|le) {1,3})?(?:${SECRET_WORDS}) {1,3})(?!(?:${STATES})(?![\\p{L}\\p{N}_-]))[^\\s"]\\S*`,
    "giu",
  ),
  // credentials eve:…, basic auth eve:…
  /(?<![\p{L}\p{N}_])((?:credentials?|basic auth(?:entication|orization)?) {1,3})(?!https?:)[^\s:]{1,200}:\S+/giu,
  // set app.jwt_secret to …
  /(?<![\p{L}\p{N}_])(set {1,3}[\w.]{0,60}(?:passw|secret|token|_key)[\w.]{0,40} {1,3}to {1,3})(?!\d+(?![\w.-]))\S+/giu,
  // password hunter2: no sentence continues with a word of letters and digits, except with the name of a method
  new RegExp(
    `(?<![\\p{L}\\p{N}_])((?:${SECRET_WORDS}) {1,3})(?!(?:v\\d+|sha|md5|scram|hmac|aes|rsa|base\\d|utf|oauth|[hre]s\\d{3}|x509|pbkdf)(?![a-z]{4}))(?=[\\p{L}-]{0,60}\\d)(?=[\\d-]{0,60}\\p{L})[\\p{L}\\d-]{4,}(?![\\p{L}\\d_.:-])`,
    "giu",
  ),
];

type Rule = readonly [pattern: RegExp, replacement: string];

const FORMS: readonly Rule[] = [
  // 123456 is your verification code; the end of the sentence may be cut off
  [
    /(?<![\p{L}\p{N}])(?:[A-Z]-)?\d(?:[ -]?\d){2,9}(?= is (?:…|(?:your|the) (?:[\p{L}\p{N}-]{1,30} ){0,3}(?:…|(?:code|otp|pin|passcode|password)(?![\p{L}\p{N}]))))/giu,
    "[secret]",
  ],
  [
    /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}[\s\S]*?(?:-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|$)/g,
    "[private key]",
  ],
  [/(?<![A-Za-z])Private-Lines: \d[\s\S]*/, "[private key]"],
  // A password as PostgreSQL stores it.
  [/(?<![A-Za-z0-9])SCRAM-SHA-\d{1,3}\$[^\s'"]+/g, "[secret]"],
  [/(?<![A-Za-z])eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, "[token]"],
  [/(?<![A-Za-z0-9])sb_[\w-]{6,}/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:[spr]k_(?:live|test)_|whsec_)(?:(?=[A-Za-z0-9]{0,60}\d)[\w+/=]{6,}|[A-Za-z]{12,})/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:gh[opsur]_|npm_|hf_|r8_|sbp_|secret_|ntn_|figd_|glsa_)[A-Za-z0-9]{16,}/g, "[key]"],
  [
    /(?<![A-Za-z0-9])(?:github_pat|dckr_[op]at|sntry[su]|pscale_(?:tkn|pw|oauth)|do[opr]_v1|shp(?:at|ca|pa|ss))_[\w=-]{16,}/g,
    "[key]",
  ],
  [/(?<![A-Za-z0-9])(?:lin_(?:api|oauth)_|dapi)[A-Za-z0-9]{16,}/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|AROA|APKA)[A-Z0-9]{8,}/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:AIza|GOCSPX-|ya29\.|1\/\/0|EAAC|ATATT3?|ATCTT3?|AGE-SECRET-KEY-)[\w=-]{10,}/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:gl(?:pat|dt|ft|rt|cbt|ptt|soat|oas|agent|imt|ffct)-|xox[a-z]-|xapp-)[\w.-]{8,}/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:sk|tskey|NRAK|PMAK|pypi|sq0[a-z]{3})-[\w-]{16,}/g, "[key]"],
  [/(?<![A-Za-z0-9])key-[0-9a-f]{16,}/g, "[key]"],
  [/(?<![A-Za-z0-9])SG\.[\w-]{10,}(?:\.[\w-]*)?/g, "[key]"],
  [/(?<![A-Za-z0-9])(?:hv[bsr]|sl|dp\.[a-z]{2,6})\.[\w.-]{16,}/g, "[key]"],
  [/(?:hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks)\/[^\s"'<>]+/g, "[webhook]"],
  [/(?<!\d)\d{8,10}:AA[\w-]{20,}/g, "[key]"],
  [
    /(?<![\w-])([Bb]asic|BASIC|Negotiate|NTLM) {1,3}(?=[A-Za-z0-9+/]*(?:[\d=+/]|[a-z][A-Z]))[A-Za-z0-9+/]{4,}={0,2}/g,
    "$1 [secret]",
  ],
  [
    /(?<![\w-])(Bearer|Digest|ApiKey) {1,3}(?!(?:tokens?|and|or|auth\w*|is|was|scheme|must|to|for|mode|of|in|with|value|\[token\])(?!\S))[^\s,;"']+/gi,
    "$1 [token]",
  ],
  // Options of a command line, and a line of .pgpass.
  [/(?<!\S)(--?[\w-]{0,40}?(?:passw|passphrase|token|secret|api-?key)[\w-]{0,40}[ =])\S+/gi, "$1[secret]"],
  [/(?<!\S)((?:-u ?|--user[ =]))\S+:\S+/g, "$1[secret]"],
  [/(?<!\S)[\w.*-]{1,253}:(?:\d{4,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:\S+/g, "[connection]"],
];

/**
 * Removes credentials and e-mail addresses from a text that is otherwise our own, such as a name, a summary or the SQL
 * of a repair. scrubMessage() removes more: values too.
 */
export function scrubCredentials(text: string): string {
  let rest = text;
  for (const [pattern, replacement] of FORMS) rest = rest.replace(pattern, replacement);
  rest = scrubAssigned(scrubAddresses(scrubCommands(rest))).replace(
    ELEMENT,
    (found, tag: string, name: string) => isSecretName(name) ? `${tag}[secret]` : found,
  );
  for (const pattern of PROSE) rest = rest.replace(pattern, "$1[secret]");
  return rest;
}

/** Reads from left to right, so that the inside of a value is not read as a name again. */
function scrubAssigned(text: string): string {
  let done = 0;
  let result = "";
  ASSIGNED.lastIndex = 0;
  for (let found = ASSIGNED.exec(text); found !== null; found = ASSIGNED.exec(text)) {
    const [name, sign = ""] = found;
    const secret = isSecretName(name);
    if (!secret && !PERSON_NAME.test(name)) continue;
    const start = found.index + name.length + sign.length;
    const value = valueAfter(text[start] ?? "", { name, sign, secret });
    value.lastIndex = start;
    if (!value.test(text)) continue;
    result += text.slice(done, start) + (secret ? "[secret]" : "[value]");
    done = value.lastIndex;
    ASSIGNED.lastIndex = done;
  }
  return result + text.slice(done);
}

function isSecretName(name: string): boolean {
  return SECRET_VARIABLE.test(name) || SECRET_NAME.test(name) && !TELLS_OF_ONE.test(name);
}

interface Assignment {
  readonly name: string;
  readonly sign: string;
  readonly secret: boolean;
}

/** The pattern of the value: to the end of a list, of the line, of a phrase, or of the word. */
function valueAfter(first: string, { name, sign, secret }: Assignment): RegExp {
  if ("[{(".includes(first)) return LIST_VALUE;
  if (!sign.includes(":")) return VALUE;
  if (REST_OF_LINE.test(name)) return LINE_VALUE;
  return secret ? VALUE : PHRASE_VALUE;
}
