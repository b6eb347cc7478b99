// Shared by all pages: language, building of DOM, the API, messages to the person, dialogs, commands and their keys.

import { messages } from "./messages.js";

// --- Language -----------------------------------------------------------------

let language = localStorage.getItem("language") === "en" ? "en" : "zh";

export const isChinese = () => language === "zh";

export function t(key, values = {}) {
  const text = messages[key][isChinese() ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Fills in the texts of the page, now and after each change of language, and then calls `render`. */
export function startLanguage(render) {
  document.querySelector("#language").addEventListener("click", () => {
    language = isChinese() ? "en" : "zh";
    localStorage.setItem("language", language);
    translatePage();
    announce("");
    render();
  });
  translatePage();
}

function translatePage() {
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.ariaLabel = t(node.dataset.tLabel);
}

export const labelName = (label) => (isChinese() ? label.zh : label.en);

/** A share in whole percent; 100% only if it is no less. */
export const percent = (share) => `${share < 1 ? Math.min(99, Math.round(share * 100)) : 100}%`;

export const isDecimal = (text) => /^-?\d+(\.\d+)?$/.test(text);

// --- DOM ------------------------------------------------------------------------

/** An element; attributes that are null, undefined or false are left out, `true` is set empty. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

export function button(attributes, onClick, ...children) {
  const node = element("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", onClick);
  return node;
}

export const quiet = (text) => element("span", { class: "quiet" }, text);

/** Text cut by code points, which is what the offsets of the API count. */
export class CodePoints {
  constructor(text) {
    this.points = Array.from(text);
  }

  slice(start, end) {
    return this.points.slice(start, end).join("");
  }
}

export const countCodePoints = (text) => Array.from(text).length;

// --- Messages to the person --------------------------------------------------------

export function announce(text) {
  document.querySelector("#status").textContent = text;
}

/** What the person can do something about; the message says what. */
export class Notice extends Error {}

export function showError(error) {
  const text = error instanceof Notice ? error.message : t("wentWrong", { message: error.message });
  document.querySelector("#alert").textContent = text;
}

export function clearError() {
  document.querySelector("#alert").textContent = "";
}

// --- API -----------------------------------------------------------------------------

const TIMEOUT_MS = 15000;
const RETRY_DELAYS_MS = [1000, 2000, 4000];

class Unreachable extends Notice {}

async function request(path, options = {}) {
  let response, body;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = await response.text();
  } catch {
    throw new Unreachable(t("unreachable"));
  }
  if (!response.ok) throw new Notice(detailOf(body) || t("refused", { status: response.status }));
  return JSON.parse(body);
}

function detailOf(body) {
  try {
    const { detail } = JSON.parse(body);
    return Array.isArray(detail) ? detail.map((part) => part.msg).join(" ") : detail;
  } catch {
    return "";
  }
}

/** The reply to a GET; parameters that are null are left out. */
export function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null);
  return request(given.length ? `${path}?${new URLSearchParams(given)}` : path);
}

// What may or may not have reached the server: sent again unchanged it keeps its key, so that it counts once.
let unsent = null;

export async function post(path, body) {
  const content = JSON.stringify([path, { ...body, seconds: null }]);
  if (unsent?.content !== content) unsent = { content, body: JSON.stringify({ ...body, key: randomKey() }) };
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: unsent.body };
  const task = document.querySelector("#task");
  task.inert = true;
  announce(t("saving"));
  try {
    const reply = await withRetries(() => request(path, options));
    unsent = null;
    clearError();
    return reply;
  } catch (error) {
    if (!(error instanceof Unreachable)) unsent = null;
    announce("");
    throw error;
  } finally {
    task.inert = false;
  }
}

async function withRetries(attempt) {
  for (const [index, delay] of RETRY_DELAYS_MS.entries()) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      showError(new Notice(t("retrying", { attempt: index + 1, attempts: RETRY_DELAYS_MS.length })));
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  return attempt();
}

// crypto.randomUUID is missing where the page comes over plain HTTP from another machine.
function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

window.addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});

// --- Dialogs ---------------------------------------------------------------------------

export function openDialog(title, ...content) {
  const heading = element("h2", { id: "dialog-title" }, title);
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, heading, ...content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export const closeButton = () =>
  button({ class: "close" }, (event) => event.target.closest("dialog").close(), t("close"));

/** Asks for a line of text; null if the person gives none. */
export function ask(title, hint, initial = "") {
  const attributes = { value: initial, required: true, maxlength: 60, autocomplete: "off", "aria-label": title };
  const input = element("input", attributes);
  const ok = element("button", { class: "primary", value: "ok" }, t("ok"));
  const form = element("form", { method: "dialog" }, input, ok);
  const dialog = openDialog(title, element("p", { class: "quiet" }, hint), form);
  input.select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve((dialog.returnValue === "ok" && input.value.trim()) || null));
  });
}

/** The annotator's name, asked for until there is one. */
export async function annotatorName() {
  while (!localStorage.getItem("annotator")) await changeName();
  return localStorage.getItem("annotator");
}

export async function changeName() {
  const name = await ask(t("askName"), t("askNameHint"), localStorage.getItem("annotator") ?? "");
  if (name) localStorage.setItem("annotator", name);
}

// --- Commands and keys -----------------------------------------------------------------------

/** What was pressed: "a", "?", "Space", "Shift+ArrowLeft", "Ctrl+Shift+z"; null while an input method composes. */
export function keyName(event) {
  if (event.isComposing) return null;
  const key = printedKey(event);
  const modifiers = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt"].filter(Boolean);
  if (event.shiftKey && (key.length > 1 || modifiers.length)) modifiers.push("Shift");
  return [...modifiers, key].join("+");
}

// An input method may swallow letters ("Process") though nothing is being typed; Alt changes them on a Mac.
function printedKey(event) {
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter && (event.key === "Process" || event.altKey)) return letter[1].toLowerCase();
  if (event.key === " ") return "Space";
  // Full-width letters and signs count as the plain ones.
  return event.key.length === 1 ? event.key.normalize("NFKC").toLowerCase() : event.key;
}

/** A key as people know it. */
export function keyLabel(name) {
  const known = { Space: t("keySpace"), Backspace: t("keyBackspace"), Escape: "Esc" };
  return known[name] ?? name;
}

/** A button that shows its key; found by `data-command`. */
export function commandButton(id, key, run, text = t(id)) {
  return button({ "data-command": id, "aria-keyshortcuts": key }, run, text, keyHint(key));
}

export const keyHint = (name) => element("kbd", {}, keyLabel(name));

const isField = (node) => node.matches("input:not([type=checkbox]), textarea, select");

/** Commands, each {id, keys, run, primary, pressed, text}: buttons in `toolbars` and keys of the page. */
export class Commands {
  /** `pressEditor` is offered each key first, and tells whether it took it. */
  constructor(list, toolbars, pressEditor) {
    this.list = list;
    this.toolbars = toolbars;
    this.pressEditor = pressEditor;
    this.busy = false;
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  render() {
    const buttons = (primary) => this.list.filter((c) => Boolean(c.primary) === primary).map((c) => this.#button(c));
    this.toolbars.primary.replaceChildren(...buttons(true));
    this.toolbars.secondary.replaceChildren(...buttons(false));
  }

  /** Runs one command at a time; the buttons rest meanwhile. */
  async run(action) {
    if (this.busy) return;
    const used = document.activeElement.dataset.command;
    this.#rest(true);
    clearError();
    try {
      await action();
    } catch (error) {
      showError(error);
    } finally {
      this.#rest(false);
      this.render();
      if (document.activeElement === document.body) document.querySelector(`[data-command="${used}"]`)?.focus();
    }
  }

  #rest(busy) {
    this.busy = busy;
    for (const toolbar of Object.values(this.toolbars)) toolbar.disabled = busy;
  }

  #button(command) {
    const { id, keys, run, pressed, text } = command;
    const node = commandButton(id, keys[0], () => this.run(run), text?.());
    if (pressed) node.ariaPressed = String(pressed());
    return node;
  }

  #press(event) {
    const name = keyName(event);
    if (!name || event.defaultPrevented || this.busy || document.querySelector("dialog[open]")) return;
    if (isField(event.target) ? this.#leaveField(event.target, name) : this.pressEditor(name)) {
      event.preventDefault();
      return;
    }
    const command = this.list.find(({ keys }) => keys.includes(name));
    if (!command || !this.#mayRun(event.target, name)) return;
    event.preventDefault();
    this.run(command.run);
  }

  #leaveField(field, name) {
    const leaves = name === "Escape" || name === "Enter";
    if (leaves) field.blur();
    return leaves;
  }

  #mayRun(target, name) {
    if (isField(target)) return name === "Ctrl+Enter";
    return name !== "Space" || !target.closest("button, a, input");
  }
}
