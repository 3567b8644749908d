// Elements of the page. Texts are set as texts: nothing that a file says is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** An HTML element: make("button", {type: "button", onclick: …}, "text", child, …). */
export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Sets a text, if it is another one: layout is costly. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Buttons of which one is pressed: [[value, text], …]. */
export function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, text]) =>
    make("button", { type: "button", "aria-pressed": String(value === chosen), text, onclick: () => {
      options.forEach(([own], i) => buttons[i].setAttribute("aria-pressed", String(own === value)));
      choose(value);
    } }),
  );
  return make("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** A select box with its label. */
export function selection(label, options, chosen, choose) {
  const box = make(
    "select",
    { onchange: () => choose(box.value) },
    ...options.map(([value, text]) => make("option", { value, text, selected: value === chosen })),
  );
  return make("label", { class: "selection" }, make("span", { text: label }), box);
}

/** Runs a generator a few milliseconds at a time, after what is on the screen; starting another
 * task of the same name ends it. */
const running = new Map();
export function later(name, task) {
  running.get(name)?.return();
  running.set(name, task);
  const go = () => {
    if (running.get(name) !== task) return;
    const end = performance.now() + 7;
    while (performance.now() < end) {
      if (task.next().done) {
        running.delete(name);
        return;
      }
    }
    setTimeout(go);
  };
  requestAnimationFrame(() => setTimeout(go));
}
