// Links between chips, and the multicast tree of the chosen population.

/** From this size of chips on PEs carry words, which lines should not cross. */
const MIN_WORDS_CHIP_PX = 260;

/** Where a link starts and ends, in units of chips: arrows there and back lie side by side; links around the edge are stubs. */
function linkEnds(model, link, spread = 0.09) {
  const chip = model.links.from[link];
  const [dx, dy] = LINK_STEPS[model.links.direction[link]] || [0, 0];
  const [x, y] = [model.x[chip] + 0.5, model.y[chip] + 0.5];
  const length = Math.hypot(dx, dy) || 1;
  const [sx, sy] = [(dy / length) * spread, (-dx / length) * spread];
  const [ex, ey] = [model.x[chip] + dx, model.y[chip] + dy];
  const isStub = ex < 0 || ey < 0 || ex >= model.width || ey >= model.height;
  const reach = isStub ? 0.5 : 1;
  return {
    x0: x + sx,
    y0: y + sy,
    x1: x + dx * reach + sx,
    y1: y + dy * reach + sy,
    dx: dx / length,
    dy: dy / length,
    length,
    isStub,
  };
}

/** Whether any of a line can be in the window. */
function isInSight(camera, ends) {
  const [px, py] = toScreen(camera, (ends.x0 + ends.x1) / 2, (ends.y0 + ends.y1) / 2);
  const reach = camera.scale;
  return px > -reach && py > -reach && px < camera.width + reach && py < camera.height + reach;
}

/** All links in use, coloured by the chosen metric. */
function paintLinks(paint) {
  const { context, view, metric, theme } = paint;
  const { model, camera } = view;
  const values = unpack(metric.values);
  const folded = linkScale(model, view.choice, values);
  const shade = shader(folded, metric);
  context.lineCap = 'round';
  for (let link = 0; link < values.length; link += 1) {
    const ends = linkEnds(model, link);
    if (!isInSight(camera, ends)) continue;
    const isOver = metric.limit !== null && values[link] > metric.limit;
    const width = clamp(camera.scale * (camera.scale >= MIN_QUAD_CHIP_PX ? 0.045 : 0.07), 1, 14);
    // A rim of ink keeps light shades apart from light ground.
    paintArrow(paint, ends, width + 1.6, isOver ? theme.problem : theme.axis);
    paintArrow(paint, ends, width, heatColours[shade(values[link])]);
    if (isOver && camera.scale >= 16)
      crossMiddle(context, toScreen(camera, (ends.x0 + ends.x1) / 2, (ends.y0 + ends.y1) / 2), width + 2, theme);
  }
}

/** A cross on a link that is beyond its limit. */
function crossMiddle(context, [x, y], size, theme) {
  for (const [colour, line] of [
    [theme.surface, 4],
    [theme.problem, 2],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
  }
}

/** Least and most of single links; their folded values are of chips. */
function linkScale(model, choice, values) {
  const key = `${choice}|single links`;
  if (!model.folded.has(key)) {
    let [low, high] = [Infinity, 0];
    for (const value of values) {
      high = Math.max(high, value);
      if (value > 0) low = Math.min(low, value);
    }
    model.folded.set(key, { low: Number.isFinite(low) ? low : 0, high });
  }
  return model.folded.get(key);
}

/** A straight line; what is filled afterwards has its colour. */
function paintLine(context, from, to, width, colour) {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

/** A short arrow from one chip to the next; where PEs are shown it stays between them. */
function paintArrow(paint, ends, width, colour) {
  const { context, view } = paint;
  const inset = ends.length * (view.camera.scale >= MIN_QUAD_CHIP_PX ? 0.5 - 0.9 * CHIP_PADDING : 0.3);
  const from = toScreen(view.camera, ends.x0 + ends.dx * inset, ends.y0 + ends.dy * inset);
  const back = ends.isStub ? 0 : inset;
  const to = toScreen(view.camera, ends.x1 - ends.dx * back, ends.y1 - ends.dy * back);
  paintLine(context, from, to, width, colour);
  if (view.camera.scale < 24) return;
  arrowTip(context, to, [ends.dx, -ends.dy], width * 1.3 + 1);
}

function arrowTip(context, [x, y], [ux, uy], size) {
  context.beginPath();
  context.moveTo(x + ux * size, y + uy * size);
  context.lineTo(x - uy * size, y + ux * size);
  context.lineTo(x + uy * size, y - ux * size);
  context.fill();
}

/** The tree of a population, or null. */
function treeOf(model, population) {
  return model.map.trees.find((tree) => tree.population === population) || null;
}

/** Paths of the chosen population's packets: width by senders, rings where they start, diamonds where they end. */
function paintTree(paint) {
  const { view, chosen } = paint;
  const { model } = view;
  const tree = treeOf(model, chosen);
  if (!tree) return;
  paintBranches(paint, unpack(tree.links), unpack(tree.n_sources));
  // On smaller chips the marks would hide what they mark.
  if (view.camera.scale < MIN_CHIP_PX) return;
  paintTargets(paint, unpack(tree.targets));
  paintSources(paint);
}

function paintBranches(paint, links, sources) {
  const { context, view, theme, chosen } = paint;
  const { model, camera } = view;
  const most = sources.reduce((a, b) => Math.max(a, b), 1);
  context.lineCap = 'round';
  const thin = clamp(camera.scale * 0.02, 1, 4);
  for (let i = 0; i < links.length; i += 1) {
    const ends = linkEnds(model, links[i], camera.scale < 24 ? 0 : 0.09);
    if (!isInSight(camera, ends)) continue;
    const width = thin + clamp(camera.scale * 0.08, 1, 9) * (sources[i] / most);
    paintBranch(paint, ends, width + 2, theme.surface);
    paintBranch(paint, ends, width, chosen === null ? theme.ink : populationColour(chosen));
  }
  context.lineCap = 'butt';
}

/** From middle to middle, with a tip half-way; where PEs carry words only between chips. */
function paintBranch(paint, ends, width, colour) {
  const { context, view } = paint;
  if (view.camera.scale >= MIN_WORDS_CHIP_PX) {
    paintArrow(paint, ends, width, colour);
    return;
  }
  const [from, to] = [toScreen(view.camera, ends.x0, ends.y0), toScreen(view.camera, ends.x1, ends.y1)];
  paintLine(context, from, to, width, colour);
  if (view.camera.scale < 16) return;
  arrowTip(context, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], [ends.dx, -ends.dy], width + 3);
}

function paintTargets(paint, targets) {
  const { context, view, theme } = paint;
  const { model, camera } = view;
  const isFine = view.level === 'pe';
  const [left, right, bottom, top] = visibleChips(camera, model);
  const done = new Uint8Array(model.nChips);
  for (const pe of targets) {
    const chip = model.pes.chip[pe];
    if (model.x[chip] < left || model.x[chip] >= right || model.y[chip] < bottom || model.y[chip] >= top) continue;
    if (!isFine && done[chip]) continue;
    done[chip] = 1;
    const item = isFine ? cellItem(model, 'pe', pe) : null;
    const box = itemBox(model, item || chipItem(chip));
    const [px, py] = toScreen(camera, box.right, box.bottom);
    const size = clamp((box.right - box.left) * camera.scale * 0.13, 1.5, 8);
    diamond(context, px - 2.2 * size, py - 2.2 * size, size + 1.2, theme.surface);
    diamond(context, px - 2.2 * size, py - 2.2 * size, size, theme.ink);
  }
}

function diamond(context, x, y, size, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.fill();
}

function paintSources(paint) {
  const { context, view, theme } = paint;
  if (view.level === 'pe' || view.level === 'quad') return;
  const { camera } = view;
  const radius = clamp(camera.scale * 0.36, 3, 14);
  eachVisibleChip(view, (chip, px, py) => {
    if (!paint.holds[chip]) return;
    for (const [colour, width] of [
      [theme.surface, 4],
      [theme.ink, 2],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(px + camera.scale / 2, py + camera.scale / 2, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  });
}
