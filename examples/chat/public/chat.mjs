// @ts-check
/** @import { Response } from "../src/chat/protocol.ts" */
import { openConnection } from "./connection.mjs";
import { byId, element, portrait } from "./elements.mjs";
import { Log } from "./log.mjs";

const side = byId("side", HTMLElement);
const menu = byId("menu", HTMLButtonElement);
const form = byId("say", HTMLFormElement);
const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
const sendButton = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
const refused = byId("refused", HTMLElement);
const earlier = byId("earlier", HTMLButtonElement);
const log = new Log(byId("log", HTMLOListElement), byId("scroll", HTMLElement));

const usualRooms = ["lobby", "garden", "workshop"];
let room = roomOfAddress();
const name = await askForName();

const connection = openConnection({
  url: socketUrl,
  onOpen: () => connection.send({ action: "join", room }),
  onClose: () => showState("Reconnecting …"),
  onResponse: take,
});
enterRoom();

/** Where the socket is, with a ticket that opens it once. */
async function socketUrl() {
  const response = await fetch("/ticket", { method: "POST", body: JSON.stringify({ name }) });
  const answer = await response.text();
  if (response.status === 400) showRefusal(answer);
  if (!response.ok) throw new Error(answer);
  return `${Reflect.get(window, "WS_URL")}?ticket=${answer}`;
}

/** @param {Response} response */
function take(response) {
  if (response.type === "refused") return showRefusal(response.reason);
  // Late answers of the room before.
  if (response.room !== room) return;
  switch (response.type) {
    case "history":
      if (response.isNewest) showState(null);
      if (!response.isNewest || log.isEmpty) earlier.hidden = !response.hasEarlier;
      log.add(response.messages, name);
      break;
    case "said":
      log.add([response.message], name);
      break;
    case "people":
      showPeople(response.names);
  }
  byId("empty", HTMLElement).hidden = !log.isEmpty;
}

/** @param {string | null} trouble null: all is well */
function showState(trouble) {
  const state = byId("state", HTMLElement);
  state.textContent = trouble ?? "";
  document.body.classList.toggle("connected", trouble === null);
  text.disabled = sendButton.disabled = trouble !== null;
  if (trouble === null && matchMedia("(hover: hover)").matches) text.focus();
}

/** @param {readonly string[]} names */
function showPeople(names) {
  byId("people", HTMLUListElement).replaceChildren(
    ...names.map((person) =>
      element(
        "li",
        {},
        portrait(person),
        element("span", {}, person === name ? `${person} (you)` : person),
      ),
    ),
  );
  byId("count", HTMLElement).textContent =
    names.length === 1 ? "Only you" : `${names.length} people`;
}

/** @param {string} reason */
function showRefusal(reason) {
  refused.textContent = reason;
  refused.hidden = false;
}

function enterRoom() {
  const rooms = usualRooms.includes(room) ? usualRooms : [...usualRooms, room];
  byId("rooms", HTMLElement).replaceChildren(
    ...rooms.map((each) =>
      element(
        "a",
        {
          href: `#${encodeURIComponent(each)}`,
          ...(each === room ? { "aria-current": "page" } : {}),
        },
        each,
      ),
    ),
  );
  document.title = `${room} · Chat`;
  byId("room", HTMLElement).textContent = room;
  byId("count", HTMLElement).textContent = "";
  byId("people", HTMLUListElement).replaceChildren();
  text.placeholder = `Say something in ${room}`;
  log.clear();
  earlier.hidden = true;
  refused.hidden = true;
  byId("empty", HTMLElement).hidden = true;
  showState("Connecting …");
  showMenu(false);
}

/** `#garden` in the address is the room. */
function roomOfAddress() {
  let given = "";
  try {
    given = decodeURIComponent(location.hash.slice(1));
  } catch {
    // No percent-encoding, no room.
  }
  return asRoom(given) || "lobby";
}

/**
 * `The Kitchen!` → `the-kitchen`
 * @param {string} given
 */
function asRoom(given) {
  const words = given.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join("-").slice(0, 32);
}

/** @returns {Promise<string>} */
function askForName() {
  const me = byId("me", HTMLButtonElement);
  const dialog = byId("hello", HTMLDialogElement);
  const input = byId("name", HTMLInputElement);
  me.addEventListener("click", () => {
    sessionStorage.removeItem("name");
    location.reload();
  });
  return new Promise((resolve) => {
    /** @param {string} given */
    const is = (given) => {
      // Each window its own name, and the last one is proposed to the next.
      sessionStorage.setItem("name", given);
      localStorage.setItem("name", given);
      me.replaceChildren(portrait(given), element("span", {}, given));
      resolve(given);
    };
    const known = sessionStorage.getItem("name");
    if (known !== null) return is(known);
    input.value = localStorage.getItem("name") ?? "";
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => {
      if (input.value.trim() === "") dialog.showModal();
      else is(input.value.trim());
    });
    dialog.showModal();
    input.select();
  });
}

/** On a phone, rooms and people slide in. @param {boolean} isOpen */
function showMenu(isOpen) {
  side.classList.toggle("open", isOpen);
  menu.setAttribute("aria-expanded", String(isOpen));
}

function say() {
  const line = text.value.trim();
  if (line === "" || !connection.send({ action: "say", room, text: line })) return;
  refused.hidden = true;
  form.reset();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say();
});
text.addEventListener("keydown", (event) => {
  // Shift makes a new line; while an input method composes, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say();
});
earlier.addEventListener("click", () => {
  const before = log.oldest;
  if (before !== null) connection.send({ action: "earlier", room, before });
});
menu.addEventListener("click", () => showMenu(!side.classList.contains("open")));
byId("scroll", HTMLElement).addEventListener("click", () => showMenu(false));
byId("new-room", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const { currentTarget } = event;
  if (!(currentTarget instanceof HTMLFormElement)) return;
  const wanted = asRoom(String(new FormData(currentTarget).get("room")));
  currentTarget.reset();
  if (wanted !== "") location.hash = wanted;
});
addEventListener("hashchange", () => {
  room = roomOfAddress();
  enterRoom();
  connection.send({ action: "join", room });
});
