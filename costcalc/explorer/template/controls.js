// The controls: sliders, fields and words of the network in front, and which one that is.
import { byId, make, say, selection } from "./elements.js";
import { convention, data, network, networks, place, state, update, view } from "./here.js";
import { pictureOptions } from "./plots.js";
import { setting } from "./network.js";
import { moved, placeOf, positions, shown } from "./state.js";

let controls = new Map();

function control(parameter) {
  const { name, symbol, meaning, usual, choices } = parameter;
  const id = `own-${name}`;
  const words = meaning || (name === symbol ? "" : name);
  const label = make("label", { class: "label", for: id, text: symbol }, make("span", { text: words }));
  if (choices.length) {
    const box = make("select", { id, onchange: () => move(name, box.value) }, ...choices.map((word) => make("option", { value: word, text: word })));
    return { element: make("div", { class: "control" }, label, box), show: (text) => (box.value = text) };
  }
  const values = positions(network(), parameter);
  const wrong = make("p", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  const field = make("input", { type: "text", id, inputmode: "decimal", spellcheck: "false", "aria-describedby": wrong.id, onchange: () => move(name, field.value) });
  const slider = make("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": `${symbol}, ${words || "slider"}`, oninput: () => move(name, values[slider.valueAsNumber]) });
  const order = (text) => placeOf(values, text);
  const marked = [...new Set((usual.length ? usual : [parameter.default]).map((text) => setting(parameter, text).value))].sort((a, b) => order(a) - order(b));
  const marks = marked.filter((text) => values.includes(text)).map((text) => {
    const mark = make("span", { class: "tickmark" });
    mark.style.left = `calc(9px + (100% - 18px) * ${values.indexOf(text) / Math.max(values.length - 1, 1)})`;
    return mark;
  });
  const chips = marked.map((text) => [text, make("button", { type: "button", text: shown(text), onclick: () => move(name, text) })]);
  const element = make("div", { class: "control" }, label, field,
    make("div", { class: "slider" }, ...(values.length > 1 ? [slider] : []), ...marks),
    ...(chips.length > 1 ? [make("div", { class: "usual", role: "group", "aria-label": `Usual values of ${symbol}` }, "usual", ...chips.map(([, chip]) => chip))] : []), wrong);
  const show = (text) => {
    const place = placeOf(values, text);
    if (slider.valueAsNumber !== place) slider.value = place;
    slider.setAttribute("aria-valuetext", shown(text));
    slider.style.setProperty("--at", `${(100 * place) / Math.max(values.length - 1, 1)}%`);
    if (document.activeElement !== field || setting(parameter, field.value).value !== text) field.value = shown(text);
    complain("");
    for (const [own, chip] of chips) chip.setAttribute("aria-pressed", String(own === text));
  };
  const complain = (text) => {
    say(wrong, text);
    field.setAttribute("aria-invalid", String(Boolean(text)));
  };
  return { element, show, complain };
}

function move(name, text) {
  const { settings, wrong } = moved(network(), state.settings, { [name]: text });
  if (wrong[name]) {
    controls.get(name).complain(`“${text}” is not ${wrong[name]}`);
    return;
  }
  place({ [name]: settings[name] });
  update();
}

/** Brings another network to the front. */
export function front(index) {
  state.more.network = index ? networks[index].data.name : "";
  choose(index);
}

/** Makes the controls of another network. */
export function choose(index) {
  state.network = index;
  const { title, source, name, parameters } = network().data;
  say(byId("title"), title || name);
  say(byId("source"), source);
  controls = new Map(parameters.map((one) => [one.name, control(one)]));
  byId("controls").replaceChildren(...[...controls.values()].map(({ element }) => element));
  for (const key of ["x", "y", "z"]) state.more[key] = "";
  view.points = view.field = null; // those of another network
  for (const id of ["curve", "map"]) byId(id).replaceChildren();
  pictureOptions();
}

export function conventions() {
  const options = data.conventions.map(({ name, unit }) => [name, unit === "FLOP" ? `${name} (FLOPs)` : name]);
  const box = selection("Counted as", options, data.conventions[convention()].name, (name) => {
    state.more.convention = name === data.convention ? "" : name;
    update();
  });
  byId("counted").replaceChildren(box);
  return box.querySelector("select");
}

/** Puts all controls where the page is. */
export function showControls() {
  for (const [name, { show }] of controls) show(state.settings[name]);
  const { name, meaning } = data.conventions[convention()];
  const box = byId("counted").querySelector("select");
  if (box && box.value !== name) box.value = name;
  say(byId("meaning"), `${name}: ${meaning}.`);
}
