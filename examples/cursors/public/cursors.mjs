const status = document.querySelector("p");
/** One dot for each of the others, by connection. */
const dots = new Map();
/** A message in so many milliseconds at most. */
const paceMs = 40;
let lastSent = 0;

function connect() {
  const socket = new WebSocket(window.WS_URL);
  socket.addEventListener("message", ({ data }) => {
    const { at, people } = JSON.parse(data);
    if (people !== undefined) show(people);
    if (at !== undefined) move(at);
  });
  socket.addEventListener("close", () => {
    status.textContent = "Reconnecting …";
    setTimeout(connect, 1000);
  });
  onpointermove = ({ clientX, clientY, timeStamp }) => {
    if (socket.readyState !== WebSocket.OPEN || timeStamp - lastSent < paceMs) return;
    lastSent = timeStamp;
    socket.send(JSON.stringify({ x: clientX / innerWidth, y: clientY / innerHeight }));
  };
}

function show(people) {
  const ids = new Set(people.map(({ id }) => id));
  for (const [id, dot] of dots) {
    if (ids.has(id)) continue;
    dot.remove();
    dots.delete(id);
  }
  for (const { id, hue } of people) {
    if (dots.has(id)) continue;
    const dot = document.createElement("i");
    dot.hidden = true;
    dot.style.background = `hsl(${hue} 80% 50%)`;
    dots.set(id, dot);
    document.body.append(dot);
  }
  status.textContent = people.length === 1 ? "Only you" : `${people.length} people`;
}

function move({ id, x, y }) {
  const dot = dots.get(id);
  if (dot === undefined) return;
  dot.hidden = false;
  dot.style.left = `${x * 100}%`;
  dot.style.top = `${y * 100}%`;
}

connect();
