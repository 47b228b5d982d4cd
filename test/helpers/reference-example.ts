/** Where the page's socket is, by the environment that the function runs in. */
interface SocketUrls {
  readonly testing: string;
  readonly staging: string;
}

/**
 * The files of the smallest app with a page and a socket: results without `statusCode`, a helper beside
 * the handler, a module in `public/`, and socket functions that only accept.
 */
export function referenceExample({ testing, staging }: SocketUrls): Record<string, string> {
  const accept = (name: string): string => `exports.handler = async function ${name}(event) {
  console.log("${name}", event.requestContext.connectionId, event.body)
  return {statusCode: 200}
}
`;
  return {
    "app.arc": `@app
reference

@ws
# nothing to configure

@http
get /
`,
    "src/http/get-index/index.js": `let socketURL = require('./socket-url')

exports.handler = async function page(req) {
  return {
    type: 'text/html; charset=utf8',
    body: \`<!doctype html>
<html>
<body>
<main>Waiting...</main>
<input id=line type=text autofocus>
<script>
window.WS_URL = '\${socketURL()}'
</script>
<script type=module src=/index.mjs></script>
</body>
</html>\`
  }
}
`,
    "src/http/get-index/socket-url.js": `module.exports = function socketURL() {
  let urls = {testing: '${testing}', staging: '${staging}', production: 'wss://not.deployed.example'}
  return urls[process.env.NODE_ENV] || urls.testing
}
`,
    "public/index.mjs": `let main = document.querySelector('main')
let line = document.getElementById('line')
let ws = new WebSocket(window.WS_URL)
ws.onopen = () => { main.textContent = 'opened' }
ws.onclose = () => { main.textContent = 'closed' }
ws.onmessage = (e) => { main.textContent = JSON.parse(e.data).text }
line.addEventListener('keyup', (e) => {
  if (e.key != 'Enter') return
  ws.send(JSON.stringify({text: e.target.value}))
  e.target.value = ''
})
`,
    "src/ws/ws-connect/index.js": accept("connect"),
    "src/ws/ws-default/index.js": accept("message"),
    "src/ws/ws-disconnect/index.js": accept("disconnect"),
  };
}
