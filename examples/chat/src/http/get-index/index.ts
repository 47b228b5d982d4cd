import { html, type HttpHandler } from "@arclet/functions";
import page from "./page.html";

/** The page, which learns from `window.WS_URL` where its socket is. */
export const handler: HttpHandler = async () => {
  // Safe inside <script>: JSON quotes it, and without "<" nothing can end the element.
  const url = JSON.stringify(process.env["ARC_WSS_URL"]).replaceAll("<", String.raw`\u003c`);
  return html(
    page.replace("<!-- WS_URL -->", () => `<script>window.WS_URL = ${url};</script>`),
    { headers: { "cache-control": "no-cache" } },
  );
};
