// The page: what is asked of it from outside, its address, and how it begins.
import { written } from "./exact.js";
import { choose, conventions, front, showControls } from "./controls.js";
import { byId, choice, make, say, selection } from "./elements.js";
import { copy, saving } from "./files.js";
import { axes, convention, conventionAt, data, listen, names, network, networks, others, place, state, update, view } from "./here.js";
import { widths } from "./pictures.js";
import { drawPictures, pictureOptions, pictures } from "./plots.js";
import { ELEMENTS, beginPublished, figures, message, showFormulas, showGraph, showLayers, showLines, showPublished, showSides, showSoon, showStairs, tableHead } from "./sections.js";
import { address, command, moved, readAddress } from "./state.js";
import { GROUPINGS, copied } from "./table.js";
import { amount } from "./words.js";

function asked(settings, options = {}) {
  const at = networks.findIndex((one) => one.data.name === (options.network ?? network().data.name));
  const weighed = conventionAt(options.convention ?? data.conventions[convention()].name);
  if (at < 0 || weighed < 0) throw new RangeError(`no ${at < 0 ? "network" : "convention"} of this name is on the page`);
  const { settings: all, wrong } = moved(networks[at], networks[at].defaults, settings);
  const words = Object.entries(wrong).map(([name, text]) => `${name}: ${text}`);
  if (words.length) throw new RangeError(words.join("; "));
  return { at, weighed, all };
}

window.costcalc = Object.freeze({
  /** What a network costs at settings; those that are not given are at their defaults. */
  at(settings = {}, options = {}) {
    const { at, weighed, all } = asked(settings, options);
    const made = others[at].at(all, weighed);
    const [mult_adds, params] = made.counted ? made.totals.map(written) : [null, null];
    return { mult_adds, params, exists: made.exists, convention: data.conventions[weighed].name, reasons: made.reasons ?? [] };
  },
  /** Moves the page; what is not given stays. */
  set(settings = {}, options = {}) {
    asked(settings, options);
    if (options.network !== undefined) front(networks.findIndex((one) => one.data.name === options.network));
    if (options.convention !== undefined) state.more.convention = options.convention === data.convention ? "" : options.convention;
    place(settings);
    update();
  },
  get state() {
    return { network: network().data.name, convention: data.conventions[convention()].name, ...state.settings };
  },
});

function show() {
  const before = others[state.network].at(network().defaults, convention());
  const made = network().at(state.settings, convention());
  view.made = made;
  showControls();
  figures(made, before);
  message(made);
  for (const id of ["layers", "sums", "memory", "edges", "formulas", "table"]) byId(id).hidden = !made.counted;
  if (made.counted) {
    showLayers(made);
    showSoon("table", showLines);
    showSoon("memory", showStairs);
    showSoon("edges", showGraph);
    showFormulas(made);
  }
  if (networks.length > 1) showSides();
  showSoon("papers", showPublished);
  say(byId("command"), command(network(), state.settings, data.conventions[convention()].name));
  if (view.together) view.together.checked = !state.more.alone;
  for (const [i, button] of [...byId("networks").querySelectorAll("button")].entries()) button.setAttribute("aria-pressed", String(i === state.network));
  remember();
  if (view.ready) pictures();
}

/** Writes the address, not at every step of a slider. */
let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const text = address(state, networks);
    try {
      history.replaceState(null, "", text ? `#${text}` : location.href.split("#")[0]);
    } catch {
      // a frame in a notebook has no address of its own
    }
  }, 150);
}

/** Shows what the address says, which is not written again: a link may be followed meanwhile. */
function showAddress() {
  update();
  clearTimeout(remembering);
}

function recall() {
  const { settings, more, others: rest } = readAddress(location.hash);
  const at = networks.findIndex((one) => one.data.name === more.network);
  choose(Math.max(at, 0)); // the first is not named
  const known = ["x", "y", "z"].filter((key) => axes().includes(more[key]));
  state.more = {
    ...Object.fromEntries(known.map((key) => [key, more[key]])),
    convention: conventionAt(more.convention) < 0 || more.convention === data.convention ? "" : more.convention,
    by: GROUPINGS.some(([key]) => key === more.by) ? more.by : "",
    budget: amount(more.budget ?? "") === null ? "" : more.budget,
    network: at > 0 ? more.network : "",
    cost: more.cost === "params" ? "params" : "",
    alone: more.alone ? "1" : "",
    bytes: ELEMENTS.some(([size]) => size === more.bytes) ? more.bytes : "",
  };
  networks.forEach((one, i) => {
    const own = i === state.network ? settings : (rest[one.data.name] ?? {});
    state.all[i] = moved(one, one.start, own).settings;
  });
  pictureOptions();
  sectionOptions();
}

/** The options of sections that the address keeps. */
function sectionOptions() {
  byId("by").replaceChildren(choice("Summed up by", GROUPINGS, state.more.by || "type", (key) => {
    state.more.by = key === "type" ? "" : key;
    update();
  }));
  byId("memory-options").replaceChildren(selection("in", ELEMENTS, state.more.bytes || "1", (size) => {
    state.more.bytes = size === "1" ? "" : size;
    remember();
    showStairs();
  }));
}

function copies() {
  const button = (text, what) => {
    const own = make("button", { type: "button", text, "aria-label": `Copy ${text}`, onclick: () => copy(what(), own, "copied") });
    return own;
  };
  const layers = (format) => () => (view.made.counted ? copied(network(), view.made, names(), format) : "");
  byId("copies").replaceChildren(
    make("code", { id: "command" }),
    make("span", { class: "muted", text: "copy" }),
    button("command", () => byId("command").textContent),
    button("CSV", layers("csv")),
    button("Markdown", layers("markdown")),
    button("LaTeX", layers("latex")),
    button("link", () => location.href),
  );
}

function themes() {
  const root = document.documentElement;
  byId("theme").replaceChildren(choice("Colours", [["", "Auto"], ["light", "Light"], ["dark", "Dark"]], "", (name) => {
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
  }));
}

function begin() {
  listen(show);
  if (networks.length > 1) {
    byId("networks").append(...networks.map(({ data: { name } }, index) => make("button", { type: "button", text: name, onclick: () => {
      front(index);
      update();
    } })));
    byId("networks").className = "choice";
    const together = make("input", { type: "checkbox", onchange: () => {
      state.more.alone = together.checked ? "" : "1";
      update();
    } });
    view.together = together;
    byId("sides-options").append(make("label", { class: "check" }, together, "parameters of one name move together"));
  }
  byId("sides").hidden = networks.length < 2;
  for (const id of ["skyline", "curve", "map", "points", "stairs", "graph"]) byId(id).nextElementSibling.append(saving(byId(id), () => `${network().data.name}-${id}`));
  themes();
  copies();
  tableHead();
  beginPublished();
  recall();
  conventions();
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", () => {
    networks.forEach(({ start }, i) => {
      if (i === state.network || !state.more.alone) state.all[i] = { ...start };
    });
    update();
  });
  byId("footer").textContent = "Made by costcalc. Every number is worked out here from the network's closed forms, with all their roundings, in exact arithmetic: it is what the command above prints.";
  showAddress();
  requestAnimationFrame(() => setTimeout(() => {
    view.ready = true;
    pictures();
  }));
  addEventListener("hashchange", () => {
    recall();
    showAddress();
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    widths.clear();
    if (view.made?.counted) showLayers(view.made);
    drawPictures();
    showStairs();
    showGraph();
    showPublished();
  });
}

begin();
