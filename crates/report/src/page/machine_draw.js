// The map's large levels: chips, and boards, frames and racks made of them.

/**
 * Paints the map.
 * @param {CanvasRenderingContext2D} context
 * @param {Object} view `{model, camera, choice, level, cursor, hover, hasTree}`
 */
function paintMachine(context, view) {
  const { model, camera } = view;
  const theme = currentTheme();
  const { of, metric } = chosenMetric(model.map, view.choice);
  const paint = { context, view, theme, of, metric, level: paintedLevel(view, of), chosen: app.selection };
  paint.holds = paint.chosen === null ? null : chipsOfPopulation(model, paint.chosen);
  context.fillStyle = theme.sunken;
  context.fillRect(0, 0, camera.width, camera.height);
  if (view.level === 'quad' || view.level === 'pe') paintCells(paint);
  else if (paint.level === 'chip') paintChips(paint);
  else paintGroups(paint);
  paintOutlines(paint);
  if (of === 'link' && camera.scale >= MIN_CHIP_PX) paintLinks(paint);
  if (paint.chosen !== null) paintChoice(paint);
  if (view.hasTree && paint.chosen !== null) paintTree(paint);
  paintCursor(paint, view.hover, 1.5);
  paintCursor(paint, view.cursor, 3);
}

/** Metrics of chips and links have no values below chips. */
function paintedLevel(view, of) {
  const isFiner = MACHINE_LEVELS.indexOf(view.level) > MACHINE_LEVELS.indexOf(finestLevel(of));
  return isFiner ? finestLevel(of) : view.level;
}

/** From an item's place to its colour, and whether it is beyond its limit. */
function colouring(paint, level) {
  const folded = levelValues(paint.view.model, paint.view.choice, level);
  if (!paint.metric) {
    const own = paint.chosen === null ? null : { parts: colourParts(populationColour(paint.chosen)), isOver: false };
    const holds = own ? placesThatHold(paint, level) : () => false;
    return (place) => {
      if (Number.isNaN(folded.values[place])) return null;
      return holds(place) ? own : { parts: colourParts(populationColour(folded.values[place])), isOver: false };
    };
  }
  const shade = shader(folded, paint.metric);
  return (place) => {
    const value = folded.values[place];
    // A machine has many chips that nothing reaches: left blank, they leave those in sight that matter.
    if (Number.isNaN(value) || (value === 0 && paint.of !== 'pe')) return null;
    const limit = folded.limitOf(place);
    return { parts: heatShades[shade(value)], isOver: limit !== null && value > limit };
  };
}

/** Whether a thing holds the chosen population, even if another one has more of it. */
function placesThatHold(paint, level) {
  const { model } = paint.view;
  if (level === 'pe') return () => false;
  if (level === 'quad') return (place) => quadsOfPopulation(model, paint.chosen).has(place);
  if (level === 'chip') return (chip) => paint.holds[chip] === 1;
  const { ofChip, n } = model.groups[level];
  const held = groupsThatHold(paint, ofChip, n);
  return (group) => held[group] === 1;
}

const cssColour = ([r, g, b]) => `rgb(${r},${g},${b})`;

/** Calls `visit(chip, left, top)` with the corner's pixels for each chip in sight. */
function eachVisibleChip(view, visit) {
  const { model, camera } = view;
  const [left, right, bottom, top] = visibleChips(camera, model);
  for (let y = bottom; y < top; y += 1) {
    for (let x = left; x < right; x += 1) {
      const chip = model.at[y * model.width + x];
      if (chip < 0) continue;
      const [px, py] = toScreen(camera, x, y + 1);
      visit(chip, px, py);
    }
  }
}

/** One tile for each chip. */
function paintChips(paint) {
  const { context, view, theme } = paint;
  const { camera } = view;
  const colourOf = colouring(paint, 'chip');
  const gap = camera.scale > 5 ? Math.min(camera.scale * 0.06, 6) : 0;
  const side = camera.scale - 2 * gap;
  const isLink = paint.of === 'link';
  eachVisibleChip(view, (chip, px, py) => {
    const colour = isLink ? null : colourOf(chip);
    context.globalAlpha = paint.holds && !paint.holds[chip] && colour ? 0.3 : 1;
    context.fillStyle = colour ? cssColour(colour.parts) : theme.tile;
    context.fillRect(px + gap, py + gap, side, side);
    if (colour && colour.isOver) crossOut(context, px + gap, py + gap, side, side, theme);
    if (camera.scale >= 34) labelChip(paint, chip, colour, px + gap, py + gap, side);
  });
  context.globalAlpha = 1;
}

/** A cross on what is beyond its limit, so that colour does not say it alone; on large tiles it leaves room for words. */
function crossOut(context, x, y, width, height, theme) {
  const line = clamp(width / 14, 1, 3);
  context.strokeStyle = theme.problem;
  context.lineWidth = line;
  context.strokeRect(x + line / 2, y + line / 2, width - line, height - line);
  const size = width < 34 ? Math.min(width, height) : clamp(width / 5, 12, 30);
  if (size < 6) return;
  const inset = width < 34 ? 0 : 2 * line;
  const [right, bottom] = [x + width - inset, y + height - inset];
  context.beginPath();
  context.moveTo(right, bottom);
  context.lineTo(right - size, bottom - size);
  context.moveTo(right - size, bottom);
  context.lineTo(right, bottom - size);
  context.stroke();
}

function labelChip(paint, chip, colour, x, y, side) {
  const { context, view, theme } = paint;
  const { model } = view;
  context.fillStyle = colour ? inkOn(colour.parts) : theme.muted;
  context.font = canvasFont(0.68);
  context.textAlign = 'left';
  context.textBaseline = 'top';
  paintText(context, `${model.x[chip]}, ${model.y[chip]}`, x + 3, y + 3, side - 5);
  if (side < 52 || !colour) return;
  context.textBaseline = 'bottom';
  paintText(context, valueText(view, chipItem(chip)), x + 3, y + side - 3, side - 5);
}

/** An item's value under the chosen metric, in words. */
function valueText(view, item) {
  const { metric } = chosenMetric(view.model.map, view.choice);
  const { value } = itemValue(view.model, view.choice, item);
  if (Number.isNaN(value)) return '';
  return metric ? formatQuantity(value, metric.unit) : populationName(value, 24);
}

/** One pixel for each chip, magnified: tens of thousands of chips cost one copy. */
function paintGroups(paint) {
  const { context, view } = paint;
  const { model, camera } = view;
  const picture = groupPicture(paint);
  const [px, py] = toScreen(camera, 0, model.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, px, py, model.width * camera.scale, model.height * camera.scale);
  labelGroups(paint);
}

function groupPicture(paint) {
  const { view, theme, level, chosen } = paint;
  const { model } = view;
  const key = [view.choice, level, chosen, theme.tile].join('|');
  if (model.pictureKey === key) return model.picture;
  const canvas = document.createElement('canvas');
  canvas.width = model.width;
  canvas.height = model.height;
  const context = canvas.getContext('2d');
  const image = context.createImageData(model.width, model.height);
  const colourOf = colouring(paint, level);
  const { ofChip, n } = model.groups[level];
  const holds = groupsThatHold(paint, ofChip, n);
  const colours = Array.from({ length: n }, (_, group) => colourOf(group));
  const tile = colourParts(theme.tile);
  for (let chip = 0; chip < model.nChips; chip += 1) {
    const colour = colours[ofChip[chip]];
    const place = 4 * ((model.height - 1 - model.y[chip]) * model.width + model.x[chip]);
    image.data.set(colour ? colour.parts : tile, place);
    image.data[place + 3] = colour && holds && !holds[ofChip[chip]] ? 77 : 255;
  }
  context.putImageData(image, 0, 0);
  [model.picture, model.pictureKey] = [canvas, key];
  return canvas;
}

function groupsThatHold(paint, ofChip, n) {
  if (!paint.holds) return null;
  const holds = new Uint8Array(n);
  paint.holds.forEach((flag, chip) => {
    if (flag) holds[ofChip[chip]] = 1;
  });
  return holds;
}

function labelGroups(paint) {
  const { context, view, theme, level } = paint;
  const { model, camera } = view;
  const groups = model.groups[level];
  const side = camera.scale * Math.sqrt(model.nChips / groups.nUsed);
  if (side < 26) return;
  const colourOf = colouring(paint, level);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = canvasFont(0.7);
  groups.boxes.forEach((box, index) => {
    if (!box) return;
    const [px, py] = labelPlace(view, box, side);
    const colour = colourOf(index);
    context.fillStyle = colour ? inkOn(colour.parts) : theme.muted;
    if (colour && colour.isOver) crossOut(context, px - 8, py + 17, 16, 16, theme);
    const isWide = side >= 74;
    paintText(
      context,
      isWide ? `${LEVEL_WORDS[level][0]} ${index}` : String(index),
      px,
      isWide && colour ? py - 8 : py,
      side - 4,
    );
    if (isWide && colour) paintText(context, valueText(view, groupItem(level, index)), px, py + 8, side - 6);
  });
}

/** The middle of a group, moved inside if it lies on the seam of a torus. */
function labelPlace({ camera, model }, box, side) {
  const [left, top] = toScreen(camera, 0, model.height);
  const [right, bottom] = toScreen(camera, model.width, 0);
  const [px, py] = toScreen(camera, box.x, box.y);
  const room = Math.min(side / 3, 40);
  return [clamp(px, left + room, right - room), clamp(py, top + 24, bottom - 24)];
}

/** Borders of boards, frames and racks: the larger, the heavier. */
function paintOutlines(paint) {
  const { context, view, theme } = paint;
  const { model, camera } = view;
  const [ox, oy] = toScreen(camera, 0, 0);
  const weights = { board: 1, frame: 1.75, rack: 3 };
  for (const level of ['board', 'frame', 'rack']) {
    const groups = model.groups[level];
    if (!groups || groups.nUsed < 2) continue;
    if (camera.scale * Math.sqrt(model.nChips / groups.nUsed) < 7) continue;
    context.save();
    context.translate(ox, oy);
    context.scale(camera.scale, -camera.scale);
    context.lineWidth = weights[level] / camera.scale;
    // Between tiles of the same group a border is a gap; between single chips it is a line.
    const isGap = level === 'board' && model.groups[view.level] !== undefined;
    context.strokeStyle = isGap ? theme.surface : theme.ink;
    context.globalAlpha = { board: isGap ? 1 : 0.45, frame: 0.6, rack: 1 }[level];
    context.stroke(outlinePath(model, level));
    context.restore();
  }
}

/** Edges between chips of different groups, in units of chips. */
function outlinePath(model, level) {
  const groups = model.groups[level];
  if (groups.path) return groups.path;
  const path = new Path2D();
  const groupAt = (x, y) => {
    const chip = x < 0 || y < 0 || x >= model.width || y >= model.height ? -1 : model.at[y * model.width + x];
    return chip < 0 ? -1 : groups.ofChip[chip];
  };
  for (let y = 0; y <= model.height; y += 1) {
    for (let x = 0; x <= model.width; x += 1) {
      const here = groupAt(x, y);
      if (here !== groupAt(x - 1, y)) {
        path.moveTo(x, y);
        path.lineTo(x, y + 1);
      }
      if (here !== groupAt(x, y - 1)) {
        path.moveTo(x, y);
        path.lineTo(x + 1, y);
      }
    }
  }
  groups.path = path;
  return path;
}

/** Chips that hold the chosen population: a ring where there is room, a dot where there is not. */
function paintChoice(paint) {
  const { context, view, theme } = paint;
  if (view.level === 'quad' || view.level === 'pe') return;
  const { camera } = view;
  const size = clamp(camera.scale * 0.4, 2, 10);
  const at = camera.scale / 2;
  eachVisibleChip(view, (chip, px, py) => {
    if (!paint.holds[chip]) return;
    context.fillStyle = theme.surface;
    context.fillRect(px + at - size / 2 - 1, py + at - size / 2 - 1, size + 2, size + 2);
    context.fillStyle = theme.ink;
    context.fillRect(px + at - size / 2, py + at - size / 2, size, size);
  });
}

function paintCursor(paint, item, width) {
  if (!item) return;
  const { context, view, theme } = paint;
  const box = itemBox(view.model, item);
  if (!box) return;
  const [x0, y0] = toScreen(view.camera, box.left, box.top);
  const [x1, y1] = toScreen(view.camera, box.right, box.bottom);
  // Dark on light on dark: seen on every shade.
  for (const [colour, line] of [
    [theme.surface, width + 2],
    [theme.accent, width],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(x0 + 1, y0 + 1, Math.max(3, x1 - x0 - 2), Math.max(3, y1 - y0 - 2));
  }
}
