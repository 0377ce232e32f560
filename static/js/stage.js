// A picture and the boxes that are drawn on it, in hundredths of its sides: at the desk (`picture.js`) and on the phone
// (`phone/blur.js`), which decide what a box is for.

const SVG = "http://www.w3.org/2000/svg";

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A step as the eye sees it, also when the picture is turned. */
export const unturned = ([x, y], turn) => ({ 0: [x, y], 90: [y, -x], 180: [-x, -y], 270: [-y, x] })[turn];

export function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// `group` is what turns in `svg`; a handle has a radius of the longer side through `handles`; no box is narrower than `least`.
export function stageOf({ svg, group, width, height, handles, least }) {
  const places = (box) => ({
    x: box.left * width / 100, y: box.top * height / 100, width: box.width * width / 100, height: box.height * height / 100,
  });

  function turn(degrees) {
    svg.setAttribute("viewBox", degrees % 180 ? `0 0 ${height} ${width}` : `0 0 ${width} ${height}`);
    group.setAttribute("transform", {
      0: "", 90: `translate(${height} 0) rotate(90)`, 180: `translate(${width} ${height}) rotate(180)`, 270: `translate(0 ${width}) rotate(270)`,
    }[degrees]);
  }

  /** A button in the picture. */
  function framed(box, look, attributes) {
    const made = element("g", { class: "stage__item", tabindex: 0, role: "button", ...attributes });
    made.append(element("rect", { class: "stage__under", ...places(box) }), element("rect", { class: look, ...places(box) }));
    return made;
  }

  /** One that is moved, and sized by its handle. */
  function item(box, index, look, label, isChosen) {
    const made = framed(box, look, { "data-index": index, "aria-label": label });
    const { x, y, width: w, height: h } = places(box);
    made.append(element("circle", { class: "stage__handle", "data-handle": "", cx: x + w, cy: y + h, r: Math.max(width, height) / handles }));
    if (isChosen) made.classList.add("stage__item--chosen");
    return made;
  }

  function shade(box) {
    const { x, y, width: w, height: h } = places(box);
    return element("path", { class: "stage__shade", "fill-rule": "evenodd", d: `M0 0H${width}V${height}H0ZM${x} ${y}h${w}v${h}h${-w}Z` });
  }

  /** Never beyond the picture, never a line. */
  function inside(box) {
    const w = Math.min(Math.max(box.width, least), 100);
    const h = Math.min(Math.max(box.height, least), 100);
    return { left: Math.min(Math.max(box.left, 0), 100 - w), top: Math.min(Math.max(box.top, 0), 100 - h), width: w, height: h };
  }

  /** Where on the picture a pointer is. */
  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(group.getScreenCTM().inverse());
    return [Math.min(Math.max(point.x / width * 100, 0), 100), Math.min(Math.max(point.y / height * 100, 0), 100)];
  }

  return { turn, framed, item, shade, inside, at };
}
