// Where the map looks. One unit is the distance between chips; y grows upwards, as the machine's does.

/** Largest magnification: a PE as large as a hand. */
const MAX_CHIP_PX = 3000;
/** Tiles must be this large to be told apart. */
const MIN_GROUP_PX = 20;
const MIN_CHIP_PX = 9;
const MIN_QUAD_CHIP_PX = 44;
const MIN_PE_CHIP_PX = 84;

/** A camera that shows everything once it knows its window. */
function makeCamera() {
  return { x: 0, y: 0, scale: 0, width: 0, height: 0, isWhole: true };
}

/** Chips' worth of empty room that belongs to the whole. */
function rimOf(model) {
  return Math.min(0.4, 0.05 * Math.max(model.width, model.height));
}

/** Pixels per chip at which the whole machine fits. */
function wholeScale(camera, model) {
  return Math.min(camera.width / (model.width + rimOf(model)), camera.height / (model.height + rimOf(model)));
}

/** Takes a new window; what was in the middle stays there. */
function setWindow(camera, model, width, height) {
  const isNew = camera.width !== width || camera.height !== height;
  camera.width = width;
  camera.height = height;
  if (camera.isWhole || camera.scale === 0) showWhole(camera, model);
  else if (isNew) camera.scale = Math.max(camera.scale, wholeScale(camera, model));
}

/** Shows the whole machine. */
function showWhole(camera, model) {
  camera.isWhole = true;
  camera.scale = wholeScale(camera, model);
  camera.x = model.width / 2;
  camera.y = model.height / 2;
}

/** Shows a box of chips, with some of its surroundings. */
function showBox(camera, model, box, margin = 0.15) {
  const [width, height] = [box.right - box.left, box.top - box.bottom];
  const room = 1 + 2 * margin;
  camera.scale = clamp(
    Math.min(camera.width / (width * room), camera.height / (height * room)),
    wholeScale(camera, model),
    MAX_CHIP_PX,
  );
  camera.x = (box.left + box.right) / 2;
  camera.y = (box.bottom + box.top) / 2;
  camera.isWhole = camera.scale <= wholeScale(camera, model) * 1.001;
  if (camera.isWhole) showWhole(camera, model);
  holdInside(camera, model);
}

/** Magnifies around a point of the window. @returns {boolean} whether anything changed */
function zoomAt(camera, model, factor, px, py) {
  const smallest = wholeScale(camera, model);
  const scale = clamp(camera.scale * factor, smallest, MAX_CHIP_PX);
  if (Math.abs(scale / camera.scale - 1) < 1e-6) return false;
  const [x, y] = fromScreen(camera, px, py);
  camera.scale = scale;
  camera.x = x - (px - camera.width / 2) / scale;
  camera.y = y + (py - camera.height / 2) / scale;
  camera.isWhole = scale <= smallest * 1.001;
  if (camera.isWhole) showWhole(camera, model);
  holdInside(camera, model);
  return true;
}

/** Moves by pixels. */
function panBy(camera, model, dx, dy) {
  camera.x -= dx / camera.scale;
  camera.y += dy / camera.scale;
  holdInside(camera, model);
}

/** The machine never leaves the window. */
function holdInside(camera, model) {
  const hold = (value, size, window) => {
    const half = window / camera.scale / 2;
    const rim = rimOf(model) / 2;
    return size + 2 * rim <= 2 * half
      ? size / 2
      : clamp(value, Math.min(half - rim, size / 2), Math.max(size - half + rim, size / 2));
  };
  camera.x = hold(camera.x, model.width, camera.width);
  camera.y = hold(camera.y, model.height, camera.height);
}

/** Pixel of a place on the machine. */
function toScreen(camera, x, y) {
  return [(x - camera.x) * camera.scale + camera.width / 2, (camera.y - y) * camera.scale + camera.height / 2];
}

/** Place on the machine of a pixel. */
function fromScreen(camera, px, py) {
  return [(px - camera.width / 2) / camera.scale + camera.x, camera.y - (py - camera.height / 2) / camera.scale];
}

/** Columns and rows of chips that can be seen: [left, past right, bottom, past top]. */
function visibleChips(camera, model) {
  const [left, top] = fromScreen(camera, 0, 0);
  const [right, bottom] = fromScreen(camera, camera.width, camera.height);
  return [
    clamp(Math.floor(left), 0, model.width),
    clamp(Math.ceil(right), 0, model.width),
    clamp(Math.floor(bottom), 0, model.height),
    clamp(Math.ceil(top), 0, model.height),
  ];
}

/** The smallest level whose tiles can be told apart now. */
function levelByScale(camera, model, finest) {
  const { scale } = camera;
  const fits = (level) => {
    if (level === 'pe') return scale >= MIN_PE_CHIP_PX;
    if (level === 'quad') return scale >= MIN_QUAD_CHIP_PX;
    if (level === 'chip') return scale >= MIN_CHIP_PX;
    const groups = model.groups[level];
    return scale * Math.sqrt(model.nChips / groups.nUsed) >= MIN_GROUP_PX;
  };
  const last = MACHINE_LEVELS.indexOf(finest);
  const open = model.levels.filter((level) => MACHINE_LEVELS.indexOf(level) <= last);
  return open.filter(fits).pop() || open[0];
}
