const page = (url) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Cursors</title>
    <link rel="stylesheet" href="/_static/cursors.css" />
    <script>window.WS_URL = ${url};</script>
    <script type="module" src="/_static/cursors.mjs"></script>
  </head>
  <body>
    <p role="status">Connecting …</p>
  </body>
</html>
`;

export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: page(JSON.stringify(process.env.ARC_WSS_URL)),
});
