import { describe, expect, test } from "vitest";
import { diagnosticCodes, parseArc, resolveManifest } from "../src/index.ts";

/** `line:column severity code`, in the order of the text. */
function mistakesIn(text: string): string[] {
  const parsed = parseArc(text, { file: "app.arc" });
  const resolved = resolveManifest(parsed.document);
  return [...parsed.diagnostics, ...resolved.diagnostics].map(({ severity, code, location }) => {
    const place = location === null ? "-" : `${location.line}:${location.column + 1}`;
    return `${place} ${severity} ${code}`;
  });
}

const app = "@app\nx\n\n";

const cases: readonly (readonly [what: string, text: string, mistakes: readonly string[]])[] = [
  ["a sound manifest", "@app\ntestapp\n\n@ws\n# no further config required\n\n@http\nget /\n", []],
  ["no app", "@http\nget /\n", ["1:1 error app-missing"]],
  ["an app without a name", "@app\n", ["1:1 error app-name-invalid"]],
  ["an app's name with a space", "@app\nmy app\n", ["2:1 error app-name-invalid"]],
  ["an app's name that begins with a digit", "@app\n1x\n", ["2:1 error app-name-invalid"]],
  ["a value before any pragma", "hello\n@app\nx\n", ["1:1 error syntax-value-outside"]],
  ["a pragma twice", `${app}@ws\n\n@ws\n`, ["6:1 error pragma-duplicate"]],
  ["a value on the pragma's line", `${app}@static false\n`, ["4:9 error pragma-inline-value"]],
  [
    "a pragma's name of odd characters",
    `${app}@w$s\n`,
    ["4:1 error pragma-name-invalid", "4:1 error pragma-unknown"],
  ],
  ["an indented pragma", `${app}  @ws\n`, ["4:3 error syntax-indentation"]],
  ["an open quote", `${app}@static\nfolder "public\n`, ["5:8 error syntax-quote-open"]],
  ["tabs", `${app}@tables\ncats\n\tid *String\n`, ["6:2 warning syntax-tab"]],
  [
    "lines that line up with none",
    `${app}@tables\ncats\n    id *String\n  ttl TTL\n      a b\n   c d\n`,
    ["7:3 error syntax-indentation", "9:4 error syntax-indentation"],
  ],
  [
    "values nested too deeply",
    `${app}@static\nignore\n  a\n    b\n      c\n`,
    ["8:7 error syntax-too-deep"],
  ],
  ["a misspelt pragma", `${app}@statc\nfolder public\n`, ["4:1 error pragma-unknown"]],
  ["a pragma nobody knows", `${app}@weather\nsunny\n`, ["4:1 warning pragma-unknown"]],
  ["a pragma of a plugin", `${app}@plugins\nweather\n\n@weathr\nsunny\n`, []],
  ["an unknown setting of @aws", `${app}@aws\nmemry 128\n`, ["5:1 warning aws-setting-unknown"]],
  [
    "settings of a team",
    `${app}@aws\nlogRetention 30\ntracing true\ndeadLetters true\nalarms ops@example.com\npermissionsBoundary arn:aws:iam::123456789012:policy/team/boundary\ntags\n  team chat\n  cost-center 1 2\n`,
    [],
  ],
  [
    "settings of a team that AWS does not take",
    `${app}@aws\nlogRetention 31\ntracing maybe\ndeadLetters 3\nalarms nobody\npermissionsBoundary boundary\ntags\n  aws:x y\n`,
    [
      "5:14 error aws-setting-invalid",
      "6:9 error aws-setting-invalid",
      "7:13 error aws-setting-invalid",
      "8:8 error aws-setting-invalid",
      "9:21 error aws-setting-invalid",
      "11:3 error aws-setting-invalid",
    ],
  ],
  ["tags without any", `${app}@aws\ntags\n`, ["5:1 error aws-setting-invalid"]],
  [
    "a VPC",
    `${app}@aws\nvpc subnet-0123456789abcdef0 subnet-11111111 sg-0123456789abcdef0\n`,
    ["5:1 warning vpc-unconnected"],
  ],
  [
    "a VPC without security groups",
    `${app}@aws\nvpc subnet-0123456789abcdef0\n`,
    ["5:5 error aws-setting-invalid"],
  ],
  ["no VPC", `${app}@aws\nvpc false\n`, []],
  ["CORS for all", `${app}@cors\n`, []],
  [
    "CORS",
    `${app}@cors\norigins https://a.example http://localhost:8080 https://*\nmethods get POST any\nheaders x-a content-type\nexpose x-b\ncredentials true\nmaxAge 600\n`,
    [],
  ],
  [
    "CORS that API Gateway does not take",
    `${app}@cors\norigins https://a.example/path\nmethods fetch\nheaders "a b"\ncredentials true\nmaxAge -1\nallow all\n`,
    [
      "5:9 error cors-setting-invalid",
      "6:9 error cors-setting-invalid",
      "7:9 error cors-setting-invalid",
      "8:13 error cors-setting-invalid",
      "9:8 error cors-setting-invalid",
      "10:1 warning setting-unknown",
    ],
  ],
  [
    "domains",
    `${app}@ws\n\n@domain\nproduction\n  http app.example.com\n  ws socket.example.com\n  certificate arn:aws:acm:eu-central-1:123456789012:certificate/0a-b\n  zone Z0123456789ABC\n`,
    [],
  ],
  [
    "domains that AWS does not take",
    `${app}@domain\ntesting\n  http a.example.com\nstaging\n  http https://a.example.com\n  zone example.com\n  certificate mine\n  ws b.example.com\n`,
    [
      "5:1 error domain-invalid",
      "7:1 error domain-invalid",
      "8:8 error domain-invalid",
      "9:8 error domain-invalid",
      "10:15 error domain-invalid",
      "11:6 error domain-invalid",
    ],
  ],
  [
    "one host of two APIs",
    `${app}@ws\n\n@domain\nstaging\n  http a.example.com\n  ws a.example.com\n  certificate arn:aws:acm:us-east-1:123456789012:certificate/0\n`,
    ["7:1 error domain-invalid"],
  ],
  [
    "a domain without a certificate",
    `${app}@domain\nstaging\n  http a.example.com\n`,
    ["5:1 error domain-invalid"],
  ],
  [
    "a certificate that CloudFront does not take",
    `${app}@cdn\n\n@domain\nstaging\n  http a.example.com\n  certificate arn:aws:acm:eu-west-1:123456789012:certificate/0\n`,
    ["7:1 error domain-invalid"],
  ],
  [
    "the name of messages that keep a connection open",
    `${app}@ws\narclet-ping\n`,
    ["5:1 error ws-action-invalid"],
  ],
  ["a time-out out of range", `${app}@aws\ntimeout 901\n`, ["5:9 error aws-setting-invalid"]],
  [
    "too many layers",
    `${app}@aws\nlayers arn:1 arn:2 arn:3 arn:4 arn:5 arn:6\n`,
    ["5:8 error aws-setting-invalid"],
  ],
  [
    "policies by name, and permissions without what they are for",
    `${app}@aws\npolicies AmazonS3ReadOnlyAccess\nallow s3:GetObject\nallow arn:aws:s3:::b/*\nallow s3 *\n`,
    [
      "5:10 error aws-setting-invalid",
      "6:7 error aws-setting-invalid",
      "7:7 error aws-setting-invalid",
      "8:7 error aws-setting-invalid",
    ],
  ],
  [
    "settings of the socket API out of range",
    `${app}@ws\n\n@ws-settings\nthrottlingRateLimit 0\nthrottlingBurstLimit many\naccessLogs perhaps\n`,
    [
      "7:21 error ws-setting-invalid",
      "8:22 error ws-setting-invalid",
      "9:12 error ws-setting-invalid",
    ],
  ],
  [
    "values of static settings that mean nothing",
    `${app}@static\nfingerprint lol\ncompression zip\nprune maybe\n`,
    [
      "5:13 error static-setting-invalid",
      "6:13 error static-setting-invalid",
      "7:7 error static-setting-invalid",
    ],
  ],
  [
    "folders of static files that are outside of the project",
    `${app}@static\nfolder ../secret\n`,
    ["5:8 warning static-folder-outside"],
  ],
  [
    "a folder that leaves the project on its way",
    `${app}@static\nfolder ./public/../../x\n`,
    ["5:8 warning static-folder-outside"],
  ],
  ["an absolute folder", `${app}@static\nfolder /etc\n`, ["5:8 warning static-folder-outside"]],
  ["a folder of the project", `${app}@static\nfolder web/../dist\n`, []],
  [
    "a prefix that no request has",
    `${app}@static\nprefix ../x\n`,
    ["5:8 error static-setting-invalid"],
  ],
  ["nothing to ignore", `${app}@static\nignore\n`, ["5:1 error static-setting-invalid"]],
  [
    "paths that no request has",
    `${app}@http\nget /..\nget /a/./b\nget /a/../b\nget /.well-known/x\n`,
    ["5:5 error http-path-invalid", "6:5 error http-path-invalid", "7:5 error http-path-invalid"],
  ],
  ["unknown settings of @static", `${app}@static\nfoldr x\n`, ["5:1 warning setting-unknown"]],
  [
    "an unknown setting of an event",
    `${app}@events\na\n  sorce x\n`,
    ["6:3 warning setting-unknown"],
  ],
  ["a switch of @cdn that is none", `${app}@cdn\nperhaps\n`, ["5:1 error cdn-invalid"]],
  ["a runtime there is not", `${app}@aws\nruntime nodejs99.x\n`, ["5:9 error runtime-unknown"]],
  [
    "a runtime that a plugin may bring",
    `${app}@aws\nruntime typescript\n\n@plugins\ntypescript\n`,
    [],
  ],
  [
    "a runtime that is deprecated",
    `${app}@aws\nruntime nodejs18.x\n`,
    ["5:9 warning runtime-deprecated"],
  ],
  ["a region there cannot be", `${app}@aws\nregion europe\n`, ["5:8 error aws-setting-invalid"]],
  ["a bucket there cannot be", `${app}@aws\nbucket My_Bucket\n`, ["5:8 error aws-setting-invalid"]],
  [
    "more provisioned than reserved concurrency",
    `${app}@aws\nconcurrency 2\nprovisionedConcurrency 3\n`,
    ["6:24 error aws-setting-invalid"],
  ],
  [
    "a layer without a version",
    `${app}@aws\nlayers arn:aws:lambda:us-east-1:123456789012:layer:tools\n`,
    ["5:8 error aws-setting-invalid"],
  ],
  [
    "six layers on lines of their own",
    `${app}@aws\n${"layer arn:aws:lambda:us-east-1:123456789012:layer:a:1\n".repeat(6)}`,
    ["10:7 error aws-setting-invalid"],
  ],
  ["an app's name that AWS reserves", "@app\naws-app\n", ["2:1 error app-name-invalid"]],
  [
    "a path whose folder's name is too long",
    `${app}@http\nget /${"a".repeat(260)}\n`,
    ["5:1 error http-path-invalid"],
  ],
  [
    "the 301st HTTP function",
    `${app}@http\n${Array.from({ length: 301 }, (_, index) => `get /r${index}`).join("\n")}\n`,
    ["299:1 warning http-limit", "305:1 error http-limit"],
  ],
  [
    "300 HTTP functions beside static files",
    `${app}@http\n${Array.from({ length: 300 }, (_, index) => `get /r${index}`).join("\n")}\n`,
    ["299:1 warning http-limit", "304:1 warning http-limit"],
  ],
  [
    "300 HTTP functions without static files",
    `${app}@static\nfalse\n@http\n${Array.from({ length: 300 }, (_, index) => `get /r${index}`).join("\n")}\n`,
    [],
  ],
  [
    "the 299th HTTP function beside a proxy",
    `${app}@proxy\ntesting http://localhost:1\nstaging https://a.example\nproduction https://a.example\n@http\n${Array.from({ length: 299 }, (_, index) => `get /r${index}`).join("\n")}\n`,
    ["305:1 warning http-limit", "307:1 error http-limit"],
  ],
  [
    "the 301st route of sockets",
    `${app}@ws\n${Array.from({ length: 298 }, (_, index) => `action${index}`).join("\n")}\n`,
    ["302:1 warning ws-limit"],
  ],
  ["half a route", `${app}@http\nget\n`, ["5:1 error http-route-incomplete"]],
  ["an unknown method", `${app}@http\ngte /\n`, ["5:1 error http-method-unknown"]],
  ["a path without a slash", `${app}@http\nget cats\n`, ["5:5 error http-path-invalid"]],
  ["a star in the middle", `${app}@http\nget /a/*/b\n`, ["5:5 error http-path-invalid"]],
  ["a parameter twice", `${app}@http\nget /:a/:a\n`, ["5:5 error http-path-invalid"]],
  ["a route twice", `${app}@http\nget /a\nget /a\n`, ["6:1 error http-route-duplicate"]],
  [
    "a route twice but for its parameter's name",
    `${app}@http\nget /:a\nget /:b\n`,
    ["6:1 error http-route-duplicate"],
  ],
  [
    "two routes with one folder",
    `${app}@http\nget /a-b\nget /a_b\n`,
    ["6:1 error function-duplicate"],
  ],
  [
    "a map without a method",
    `${app}@http\n/cats\n  src lib/cats\n`,
    ["5:1 error http-route-incomplete"],
  ],
  ["an action twice", `${app}@ws\nhello\nhello\n`, ["6:1 error ws-action-duplicate"]],
  ["two words for an action", `${app}@ws\nhello there\n`, ["5:1 error ws-action-invalid"]],
  [
    "an unknown setting of an action",
    `${app}@ws\nhello\n  sorce lib/x\n`,
    ["6:3 warning setting-unknown"],
  ],
  [
    "a wrong identity source",
    `${app}@ws\n\n@ws-settings\nauthorizer src/ws/auth\nidentity cookie.x\n`,
    ["8:10 error ws-authorizer-invalid"],
  ],
  ["an event's name with two dots", `${app}@events\na..b\n`, ["5:1 error event-name-invalid"]],
  ["an event that begins with aws", `${app}@events\nawsome\n`, ["5:1 error event-name-invalid"]],
  [
    "a FIFO batch beyond ten",
    `${app}@queues\njobs\n  batchSize 11\n`,
    ["6:3 error queue-setting-invalid"],
  ],
  [
    "a FIFO queue with a window",
    `${app}@queues\njobs\n  batchWindow 5\n`,
    ["6:3 error queue-setting-invalid"],
  ],
  [
    "a visibility time-out below the function's timeout",
    `${app}@queues\njobs\n  visibilityTimeout 4\n`,
    ["6:3 error queue-setting-invalid"],
  ],
  [
    "more retries than Lambda makes",
    `${app}@events\ndaily\n  retries 3\n`,
    ["6:11 error event-setting-invalid"],
  ],
  [
    "a batch of a stream that is too large",
    `${app}@tables\ncats\n  id *String\n\n@tables-streams\ncats\n  batchSize 10001\n`,
    ["10:13 error stream-setting-invalid"],
  ],
  [
    "a rate of 1 in the plural",
    `${app}@scheduled\ndaily rate(1 days)\n`,
    ["5:7 error schedule-invalid"],
  ],
  [
    "a cron of five fields",
    `${app}@scheduled\ndaily cron(0 12 * * ?)\n`,
    ["5:7 error schedule-invalid"],
  ],
  [
    "a time zone there is not",
    `${app}@scheduled\ndaily\n  rate 1 day\n  timezone Mars/Base\n`,
    ["7:12 error schedule-invalid"],
  ],
  ["a table without a key", `${app}@tables\ncats\n  ttl TTL\n`, ["5:1 error table-key-missing"]],
  [
    "a table twice",
    `${app}@tables\ncats\n  id *String\ncats\n  id *String\n`,
    ["7:1 error table-duplicate"],
  ],
  [
    "two words for a table",
    `${app}@tables\ncats dogs\n  id *String\n`,
    ["5:6 error table-name-invalid"],
  ],
  [
    "a second TTL",
    `${app}@tables\ncats\n  id *String\n  ttl TTL\n  expires TTL\n`,
    ["8:3 error table-type-invalid"],
  ],
  ["triggers of Architect 5", `${app}@tables\ncats\n  id *String\n  insert Lambda\n`, []],
  [
    "an unknown setting of a table",
    `${app}@tables\ncats\n  id *String\n  encrpt true\n`,
    ["7:3 warning setting-unknown"],
  ],
  [
    "two partition keys",
    `${app}@tables\ncats\n  id *String\n  name *String\n`,
    ["7:3 error table-type-invalid"],
  ],
  [
    "one attribute as both keys",
    `${app}@tables\ncats\n  id *String\n  id **String\n`,
    ["7:3 error table-type-invalid"],
  ],
  [
    "encryption by something that is no key",
    `${app}@tables\ncats\n  id *String\n  encrypt lol\n  pitr lol\n`,
    ["7:11 error table-type-invalid", "8:8 error table-type-invalid"],
  ],
  [
    "two indexes of one name",
    `${app}@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  at *String\ncats\n  at *String\n`,
    ["11:1 error index-invalid"],
  ],
  [
    "a projection of nothing",
    `${app}@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  at *String\n  projection\n`,
    ["9:1 error index-invalid"],
  ],
  [
    "a projection of more attributes than DynamoDB allows",
    `${app}@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  at *String\n  projection ${Array.from({ length: 21 }, (_, index) => `a${index}`).join(" ")}\n`,
    ["9:1 error index-invalid"],
  ],
  [
    "a key of two types",
    `${app}@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  id *Number\n`,
    ["9:1 error index-invalid"],
  ],
  [
    "a key type that does not exist",
    `${app}@tables\ncats\n  id *Strng\n`,
    ["6:6 error table-type-invalid"],
  ],
  [
    "a table's name of odd characters",
    `${app}@tables\nca$ts\n  id *String\n`,
    ["5:1 error table-name-invalid"],
  ],
  [
    "an index of no table",
    `${app}@tables-indexes\ncats\n  name *String\n`,
    ["5:1 error table-unknown"],
  ],
  [
    "an index without a key",
    `${app}@tables\ncats\n  id *String\n\n@tables-indexes\ncats\n  name byName\n`,
    ["9:1 error index-key-missing"],
  ],
  ["a stream of no table", `${app}@tables-streams\ncats\n`, ["5:1 error table-unknown"]],
  ["a flag that is none", `${app}@static\nspa maybe\n`, ["5:5 error static-setting-invalid"]],
  ["rooms without sockets", `${app}@rooms\nchat\n`, ["4:1 error rooms-without-ws"]],
  [
    "kinds of rooms that cannot be",
    `${app}@ws\n\n@rooms\nchat\nchat\ntwo words\n1st\n`,
    ["8:1 error room-duplicate", "9:5 error room-invalid", "10:1 error room-invalid"],
  ],
  [
    "settings of rooms that are not indented",
    `${app}@ws\n\n@rooms\nchat\npresence\nmembers 500\n`,
    ["8:1 error room-invalid", "9:1 error room-invalid"],
  ],
  [
    "a setting on the line of a kind of rooms",
    `${app}@ws\n\n@rooms\nchat presence true\n`,
    ["7:6 error room-invalid"],
  ],
  [
    "a kind of rooms on the pragma's line, with a setting below it",
    `${app}@ws\n\n@rooms chat\n  presence true\n`,
    ["6:8 error pragma-inline-value"],
  ],
  [
    "a table on the pragma's line, with its key below it",
    `${app}@tables cats\n  id *String\n`,
    ["4:9 error pragma-inline-value"],
  ],
  ["an app's name on the pragma's line", "@app x\n", ["1:6 error pragma-inline-value"]],
  [
    "functions without a folder after src",
    `${app}@ws\nsay\n  src\n\n@rooms\nchat\n  presence\n  src ""\n`,
    ["6:3 error src-invalid", "11:7 error src-invalid"],
  ],
  [
    "settings of rooms out of range",
    `${app}@ws\n\n@rooms\nchat\n  presence maybe\n  members 0\n  rate 1001\n  size 3\n`,
    [
      "8:12 error room-setting-invalid",
      "9:11 error room-setting-invalid",
      "10:8 error room-setting-invalid",
      "11:3 error setting-unknown",
    ],
  ],
  [
    "ways to log in and origins that are none",
    `${app}@ws\n\n@ws-settings\nauth tickets\norigins example.com\n`,
    ["7:6 error ws-setting-invalid", "8:9 error ws-setting-invalid"],
  ],
  [
    "a login beside an authorizer",
    `${app}@ws\n\n@ws-settings\nauth ticket\nauthorizer true\n`,
    ["8:1 error ws-setting-invalid"],
  ],
  [
    "sessions that never reach a socket",
    `${app}@ws\n\n@ws-settings\nauth session\n`,
    ["6:1 warning ws-auth-session"],
  ],
  [
    "a proxy that is no URL",
    `${app}@proxy\ntesting example.com\n`,
    ["5:1 error proxy-url-invalid"],
  ],
  [
    "a plugin's name of odd characters",
    `${app}@plugins\nmy!plugin\n`,
    ["5:1 error plugin-name-invalid"],
  ],
];

describe("mistakes in a manifest", () => {
  test.each(cases)("%s", (_what, text, mistakes) => {
    expect(mistakesIn(text)).toEqual(mistakes);
  });

  test("all are reported in one run, in the order of the text", () => {
    const text = "@app\n1x\n\n@http\ngte /\nget nowhere\n\n@tables\ncats\n\n@aws\ntimeout 0\n";
    expect(mistakesIn(text)).toEqual([
      "2:1 error app-name-invalid",
      "5:1 error http-method-unknown",
      "6:5 error http-path-invalid",
      "9:1 error table-key-missing",
      "12:9 error aws-setting-invalid",
    ]);
  });

  test("every code that a text alone can cause has a case", () => {
    const reported = new Set(
      cases.flatMap(([, , mistakes]) => mistakes.map((one) => one.split(" ")[2])),
    );
    // These need a folder: the project's reader, the other forms, plugins or handlers cause them.
    const ofFolders =
      /^(?:access-|manifest-|function-(?:missing|undeclared|folders)|plugin-hook-|sandbox-)|^syntax-error$|^ws-response-missing$/;
    const silent = Object.keys(diagnosticCodes).filter(
      (code) => !reported.has(code) && !ofFolders.test(code),
    );
    expect(silent).toEqual([]);
  });
});
