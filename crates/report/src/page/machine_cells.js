// The map's small levels: QuadPEs and PEs on their chips.

/** Chips with their QuadPEs or PEs. Cells that no application uses are one picture that is copied. */
function paintCells(paint) {
  const { context, view } = paint;
  const level = paint.level === 'chip' ? 'chip' : view.level;
  const colourOf = colouring(paint, level === 'chip' ? 'chip' : view.level);
  const blank = blankChip(paint);
  eachVisibleChip(view, (chip, px, py) => {
    const colour = level === 'chip' && paint.of !== 'link' ? colourOf(chip) : null;
    context.drawImage(blank, px, py, view.camera.scale, view.camera.scale);
    if (colour) tintChip(paint, chip, colour, px, py);
    if (level === 'chip') paintPlainPes(paint, chip);
    else if (view.level === 'quad') paintQuads(paint, chip, colourOf);
    else paintPes(paint, chip, colourOf);
    nameChip(paint, chip, px, py);
  });
  context.globalAlpha = 1;
}

/** A chip without anything on it, at the size of the moment. */
function blankChip(paint) {
  const { view, theme } = paint;
  const { model, camera } = view;
  // Beyond this size a copy is magnified: the cells' edges are straight, so nobody sees it.
  const size = Math.ceil(Math.min(camera.scale * (window.devicePixelRatio || 1), 1600));
  const key = [size, view.level, theme.tile].join('|');
  if (model.blankKey === key) return model.blank;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  const gap = size * 0.03;
  context.fillStyle = theme.surface;
  context.fillRect(gap, gap, size - 2 * gap, size - 2 * gap);
  context.fillStyle = theme.tile;
  const [columns, rows] = gridOf(model, view.level);
  const inner = size * (1 - 2 * CHIP_PADDING);
  for (let index = 0; index < columns * rows; index += 1) {
    if (!isThere(model, { level: view.level, index, chip: 0 })) continue;
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const x = size * CHIP_PADDING + (inner * column) / columns;
    const y = size * (1 - CHIP_PADDING) - (inner * (row + 1)) / rows;
    const inset = cellInset(view.level, column, row, inner / columns);
    context.fillRect(
      x + inset[0],
      y + inset[2],
      inner / columns - inset[0] - inset[1],
      inner / rows - inset[2] - inset[3],
    );
  }
  [model.blank, model.blankKey] = [canvas, key];
  return canvas;
}

/** Gaps of a cell: [left, right, above, below]. They are wider between QuadPEs than inside them. */
function cellInset(level, column, row, width) {
  const wide = width * 0.09;
  if (level === 'quad') return [wide / 2, wide / 2, wide / 2, wide / 2];
  const thin = width * 0.03;
  return [column % 2 ? thin : wide, column % 2 ? wide : thin, row % 2 ? wide : thin, row % 2 ? thin : wide];
}

/** Pixels of a cell. */
function cellPixels(view, item) {
  const box = itemBox(view.model, item);
  const [x, y] = toScreen(view.camera, box.left, box.top);
  const [columns] = gridOf(view.model, item.level);
  const width = (box.right - box.left) * view.camera.scale;
  const height = (box.top - box.bottom) * view.camera.scale;
  const inset = cellInset(item.level, item.index % columns, Math.floor(item.index / columns), width);
  return [x + inset[0], y + inset[2], width - inset[0] - inset[1], height - inset[2] - inset[3]];
}

function tintChip(paint, chip, colour, px, py) {
  const { context, view, theme } = paint;
  const { scale } = view.camera;
  const band = scale * CHIP_PADDING * 0.75;
  // A frame in the chip's shade leaves its PEs in sight.
  context.strokeStyle = cssColour(colour.parts);
  context.lineWidth = band;
  context.strokeRect(
    px + scale * 0.03 + band / 2,
    py + scale * 0.03 + band / 2,
    scale * 0.94 - band,
    scale * 0.94 - band,
  );
  if (colour.isOver) crossOut(context, px + scale * 0.03, py + scale * 0.03, scale * 0.94, scale * 0.94, theme);
}

/** PEs in use, where the colours belong to chips or links. */
function paintPlainPes(paint, chip) {
  const { context, view, theme } = paint;
  const { model } = view;
  for (const pe of pesOnChip(model, chip)) {
    const item = cellItem(model, view.level, pe);
    if (!item) continue;
    const isChosen = model.pes.population[pe] === paint.chosen;
    context.fillStyle = isChosen ? populationColour(paint.chosen) : theme.axis;
    context.globalAlpha = isChosen ? 1 : 0.55;
    context.fillRect(...cellPixels(view, item));
  }
  context.globalAlpha = 1;
}

/** The item of a PE or of its QuadPE; null if the PE has no place on the grid. */
function cellItem(model, level, pe) {
  const cell = model.cellOfCore[model.pes.core[pe]];
  if (cell === undefined || cell < 0) return null;
  return { level, index: level === 'quad' ? quadOfCell(model, cell) : cell, chip: model.pes.chip[pe] };
}

function paintQuads(paint, chip, colourOf) {
  const { context, view, theme } = paint;
  const { model } = view;
  const done = new Set();
  const held = new Set();
  for (const pe of pesOnChip(model, chip)) {
    const item = cellItem(model, 'quad', pe);
    if (!item) continue;
    if (model.pes.population[pe] === paint.chosen) held.add(item.index);
    done.add(item.index);
  }
  for (const index of done) {
    const item = { level: 'quad', index, chip };
    const colour = colourOf(placeOfItem(model, item));
    if (!colour) continue;
    const [x, y, width, height] = cellPixels(view, item);
    context.globalAlpha = paint.chosen !== null && !held.has(index) ? 0.3 : 1;
    context.fillStyle = cssColour(colour.parts);
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    if (colour.isOver) crossOut(context, x, y, width, height, theme);
    if (held.has(index)) ring(paint, x, y, width, height);
  }
}

function ring(paint, x, y, width, height) {
  const { context, theme } = paint;
  const line = clamp(width / 10, 1, 3);
  context.strokeStyle = theme.ink;
  context.lineWidth = line;
  context.strokeRect(x + line / 2, y + line / 2, width - line, height - line);
}

function paintPes(paint, chip, colourOf) {
  const { context, view, theme } = paint;
  const { model } = view;
  for (const pe of pesOnChip(model, chip)) {
    const item = cellItem(model, 'pe', pe);
    const colour = item && colourOf(pe);
    if (!colour) continue;
    const isChosen = model.pes.population[pe] === paint.chosen;
    const [x, y, width, height] = cellPixels(view, item);
    if (x > view.camera.width || y > view.camera.height || x + width < 0 || y + height < 0) continue;
    context.globalAlpha = paint.chosen !== null && !isChosen ? 0.3 : 1;
    context.fillStyle = cssColour(colour.parts);
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    if (colour.isOver) crossOut(context, x, y, width, height, theme);
    if (isChosen) ring(paint, x, y, width, height);
    if (width >= 17) labelPe(paint, pe, colour, item, [x, y, width, height], isChosen);
  }
}

function labelPe(paint, pe, colour, item, [x, y, width, height], isChosen) {
  const { context, view, theme, chosen } = paint;
  const { model } = view;
  context.fillStyle = chosen !== null && !isChosen ? theme.ink : inkOn(colour.parts);
  context.font = canvasFont(clamp(width / 60, 0.6, 0.85));
  context.textAlign = 'left';
  context.textBaseline = 'top';
  const line = currentTheme().rem * clamp(width / 60, 0.6, 0.85) * 1.25;
  const texts = [String(model.pes.core[pe])];
  // A number that is cut is a wrong number.
  if (context.measureText(texts[0]).width > width - 4) return;
  const { rem } = currentTheme();
  if (width >= 3.2 * rem) texts.push(populationName(model.pes.population[pe], 28));
  if (width >= 6.5 * rem) texts.push(`atoms ${formatCount(model.pes.lo[pe])} to ${formatCount(model.pes.hi[pe] - 1)}`);
  if (width >= 4.5 * rem && paint.metric) texts.push(valueText(view, item));
  texts.forEach((text, k) => {
    if ((k + 1) * line < height) paintText(context, text, x + 3, y + 3 + k * line, width - 5);
  });
}

function nameChip(paint, chip, px, py) {
  const { context, view, theme } = paint;
  const { model, camera } = view;
  // The name stands in the margin: where that is too narrow, pointing tells.
  if (camera.scale * CHIP_PADDING < 0.9 * theme.rem) return;
  context.globalAlpha = 1;
  context.fillStyle = theme.muted;
  context.font = canvasFont(clamp(camera.scale / 260, 0.62, 1));
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  paintText(
    context,
    `${model.x[chip]}, ${model.y[chip]}`,
    px + camera.scale * CHIP_PADDING,
    py + camera.scale * (0.03 + CHIP_PADDING) * 0.5,
    camera.scale * 0.9,
  );
}
