const state = document.querySelector("#state");
const form = document.querySelector("form");
const list = document.querySelector("ul");

let socket;
let failures = 0;

function connect() {
  show("connecting");
  socket = new WebSocket(window.WS_URL);
  socket.addEventListener("open", () => {
    failures = 0;
    show("connected");
  });
  socket.addEventListener("message", ({ data }) => {
    const { echo, message } = JSON.parse(data);
    const item = document.createElement("li");
    // textContent, never innerHTML: what comes over a socket is text, whatever it looks like.
    item.textContent = echo ? echo.text : message;
    list.prepend(item);
  });
  socket.addEventListener("close", () => {
    // 0.5 s, 1 s, 2 s … 10 s; half of it random, so that clients do not all return at once.
    const delay = Math.min(500 * 2 ** failures++, 10_000) * (0.5 + Math.random() / 2);
    show("reconnecting");
    setTimeout(connect, delay);
  });
}

function show(text) {
  const isConnected = text === "connected";
  state.textContent = text;
  state.classList.toggle("connected", isConnected);
  for (const element of form.elements) element.disabled = !isConnected;
  if (isConnected) form.elements.text.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(JSON.stringify({ text: form.elements.text.value }));
  form.reset();
});

connect();
