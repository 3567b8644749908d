// Pictures as files: an SVG that holds its own colours, or a PNG of it.
import { make } from "./elements.js";

/** What the style sheet gives, and a file must say itself. */
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "opacity", "font-size", "font-weight", "font-family", "visibility"];

function standalone(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of STYLES) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("class");
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Saves a picture under a name that ends in .svg or .png; a PNG has twice its size. */
export async function savePicture(svg, name) {
  const blob = new Blob([standalone(svg)], { type: "image/svg+xml" });
  if (name.endsWith(".svg")) return save(blob, name);
  const image = new Image();
  const url = URL.createObjectURL(blob);
  image.src = url;
  await image.decode();
  URL.revokeObjectURL(url);
  const canvas = make("canvas", { width: 2 * svg.width.baseVal.value, height: 2 * svg.height.baseVal.value });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBlob((png) => save(png, name));
}

/** Buttons that save the picture in an element. */
export function saving(holder, name) {
  const button = (ending) =>
    make("button", { type: "button", class: "quiet", text: ending.toUpperCase(), "aria-label": `${ending.toUpperCase()} of this picture`, onclick: () => {
      const svg = holder.querySelector("svg");
      if (svg) savePicture(svg, `${name()}.${ending}`);
    } });
  return make("span", { class: "saving" }, button("svg"), button("png"));
}

/** Copies a text; the button says so for a moment. */
export async function copy(text, button, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "skip" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = done;
  setTimeout(() => (button.textContent = before), 1200);
}
