import type { HttpHandler } from "@arclet/functions";

// Invoked for `GET /`. The page learns from `window.WS_URL` where its socket is.
export const handler: HttpHandler = async () => ({
  statusCode: 200,
  headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
  body: page(process.env.ARC_WSS_URL),
});

function page(webSocketUrl = ""): string {
  // Safe inside <script>: JSON quotes it, and without "<" nothing can end the element.
  const url = JSON.stringify(webSocketUrl).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
    <title>Echo</title>
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { max-width: 34rem; margin: 0 auto; padding: clamp(1.25rem, 6vw, 4rem) 1.25rem; }
      header { display: flex; align-items: baseline; justify-content: space-between; }
      h1 { margin: 0; font-size: 1.75rem; letter-spacing: -0.02em; }
      #state { font-size: 0.875rem; color: #b45309; }
      #state.connected { color: #15803d; }
      form { display: flex; gap: 0.5rem; margin: 1.5rem 0; }
      input, button { font: inherit; padding: 0.6rem 0.9rem; border: 1px solid #8888; border-radius: 0.5rem; }
      input { flex: 1; min-width: 0; }
      button { border-color: transparent; background: #4338ca; color: white; cursor: pointer; }
      :disabled { opacity: 0.5; cursor: default; }
      ul { list-style: none; margin: 0; padding: 0; }
      li { padding: 0.6rem 0; border-top: 1px solid #8883; overflow-wrap: anywhere; }
    </style>
  </head>
  <body>
    <header>
      <h1>Echo</h1>
      <span id="state" role="status">connecting</span>
    </header>
    <form>
      <input name="text" placeholder="Say something" aria-label="Message" autocomplete="off" autofocus required disabled />
      <button disabled>Send</button>
    </form>
    <ul aria-live="polite"></ul>
    <script>window.WS_URL = ${url};</script>
    <script type="module" src="/_static/index.mjs"></script>
  </body>
</html>`;
}
