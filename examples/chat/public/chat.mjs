// @ts-check
/**
 * @import { Client } from "@arclet/client"
 * @import { App } from "../.arclet/types/app.d.ts"
 */
import { connect } from "/_arclet/client.js";
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

/** @type {Client<App>} */
const chat = connect(socketUrl);
chat.on("status", (status) => {
  if (status === "open") void join();
  else if (status === "waiting") showState("Reconnecting …");
});
chat.on("said", (message) => {
  if (message.room === room) show([message.line]);
});
chat.on("people", (message) => {
  if (message.room === room) showPeople(message.names);
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

/** Enters the room of the address, on a new socket too: what was said meanwhile comes with its history. */
async function join() {
  const wanted = room;
  const page = await answerOf(chat.join({ room: wanted }));
  // The answer may be that of the room before.
  if (page === null || wanted !== room) return;
  if (log.isEmpty) earlier.hidden = !page.hasEarlier;
  show(page.lines);
  showState(null);
}

async function showEarlier() {
  const asked = room;
  const before = log.oldest;
  if (before === null) return;
  const page = await answerOf(chat.earlier({ room: asked, before }));
  if (page === null || asked !== room) return;
  earlier.hidden = !page.hasEarlier;
  show(page.lines);
}

async function say() {
  const said = text.value.trim();
  if (said === "" || text.disabled) return;
  refused.hidden = true;
  form.reset();
  const asked = room;
  const pending = log.addPending(said, name);
  hideEmpty();
  const line = await answerOf(chat.say({ room: asked, text: said }));
  log.removePending(pending);
  if (line !== null && asked === room) show([line]);
  // Nothing that was written gets lost.
  if (line === null && text.value === "") text.value = said;
  hideEmpty();
}

/**
 * What an action answers; null, and the reason appears, when it failed.
 * @template Answer
 * @param {Promise<Answer>} call
 */
async function answerOf(call) {
  try {
    return await call;
  } catch (error) {
    showRefusal(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** @param {Parameters<Log["add"]>[0]} lines */
function show(lines) {
  log.add(lines, name);
  hideEmpty();
}

function hideEmpty() {
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

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void say();
});
text.addEventListener("keydown", (event) => {
  // Shift makes a new line; while an input method composes, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void say();
});
earlier.addEventListener("click", () => void showEarlier());
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
  if (chat.status === "open") void join();
});
