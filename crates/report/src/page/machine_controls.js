// Mouse, touch and keyboard on the map.

const WHEEL_STEP = 0.0016;
const DRAG_SLOP_PX = 4;
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The item under a pixel, at the level that is shown. */
function itemUnder(view, px, py) {
  const [x, y] = fromScreen(view.camera, px, py);
  return itemAt(view.model, view.level, x, y);
}

function pixelOf(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** Wheel, drag, pinch, click and double click. */
function listenToPointer(view, canvas) {
  const pointers = new Map();
  const drag = { moved: 0 };
  canvas.addEventListener(
    'wheel',
    (event) => {
      const factor = Math.exp(-event.deltaY * WHEEL_STEP * (event.deltaMode === 1 ? 18 : 1));
      // At the end of the way the page scrolls on.
      if (zoomAt(view.camera, view.model, factor, ...pixelOf(canvas, event))) {
        event.preventDefault();
        view.changed();
      }
    },
    { passive: false },
  );
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, pixelOf(canvas, event));
    if (pointers.size === 1) drag.moved = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    if (pointers.has(event.pointerId)) dragPointers(view, pointers, drag, event.pointerId, pixelOf(canvas, event));
    else view.pointAt(itemUnder(view, ...pixelOf(canvas, event)));
  });
  const lift = (event) => pointers.delete(event.pointerId);
  canvas.addEventListener('pointerup', (event) => {
    const isClick = pointers.size === 1 && drag.moved < DRAG_SLOP_PX;
    lift(event);
    if (isClick) clickItem(view, itemUnder(view, ...pixelOf(canvas, event)));
  });
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('pointerleave', () => view.pointAt(null));
  canvas.addEventListener('dblclick', (event) => {
    zoomAt(view.camera, view.model, 2.5, ...pixelOf(canvas, event));
    view.changed();
  });
}

/** One pointer moves the map, two stretch it. */
function dragPointers(view, pointers, drag, id, [px, py]) {
  const [ox, oy] = pointers.get(id);
  const other = [...pointers].find(([key]) => key !== id);
  drag.moved += Math.abs(px - ox) + Math.abs(py - oy);
  pointers.set(id, [px, py]);
  if (!other) {
    if (drag.moved < DRAG_SLOP_PX) return;
    panBy(view.camera, view.model, px - ox, py - oy);
  } else {
    const [qx, qy] = other[1];
    const factor = Math.hypot(px - qx, py - qy) / Math.max(1, Math.hypot(ox - qx, oy - qy));
    zoomAt(view.camera, view.model, factor, (px + qx) / 2, (py + qy) / 2);
    panBy(view.camera, view.model, (px - ox) / 2, (py - oy) / 2);
  }
  view.changed();
}

/** A click holds the cursor there; on a PE in use it chooses the population. */
function clickItem(view, item) {
  view.moveTo(item);
  if (!item || (item.level !== 'pe' && item.level !== 'quad')) return;
  const { populations: found } = itemContents(view.model, item);
  if (found.length === 1 && found[0][0] !== app.selection) choosePopulation(found[0][0]);
}

/** Arrows move, Enter goes in, Escape goes out, plus, minus and 0 magnify. */
function listenToKeys(view, canvas) {
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !view.camera.scale) return;
    if (!pressKey(view, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener('focus', () => {
    if (!view.cursor && canvas.matches(':focus-visible')) view.moveTo(firstItem(view.model), true);
  });
}

function pressKey(view, key) {
  const { camera, model } = view;
  const middle = [camera.width / 2, camera.height / 2];
  if (ARROWS[key]) stepCursor(view, ...ARROWS[key]);
  else if (key === 'Enter') goIn(view);
  else if (key === 'Escape') goOut(view);
  else if (key === ' ') chooseAtCursor(view);
  else if (key === '+' || key === '=') zoomAt(camera, model, 1.5, ...middle);
  else if (key === '-') zoomAt(camera, model, 1 / 1.5, ...middle);
  else if (key === '0' || key === 'Home') showWhole(camera, model);
  else return false;
  view.changed();
  return true;
}

function stepCursor(view, dx, dy) {
  const next = view.cursor ? neighbourItem(view.model, view.cursor, dx, dy) : firstItem(view.model);
  if (!next) {
    announce('Nothing further in this direction');
    return;
  }
  keepInSight(view, next);
  view.moveTo(next, true);
}

/** Moves the map if the item is not in the window. */
function keepInSight(view, item) {
  const { camera, model } = view;
  const box = itemBox(model, item);
  const [x0, y0] = toScreen(camera, box.left, box.top);
  const [x1, y1] = toScreen(camera, box.right, box.bottom);
  if (x0 >= 0 && y0 >= 0 && x1 <= camera.width && y1 <= camera.height) return;
  camera.x = (box.left + box.right) / 2;
  camera.y = (box.bottom + box.top) / 2;
  holdInside(camera, model);
}

function goIn(view) {
  const { model } = view;
  if (!view.cursor) {
    view.moveTo(firstItem(model), true);
    return;
  }
  if (view.cursor.level === 'pe') {
    chooseAtCursor(view);
    return;
  }
  const child = childItem(model, view.cursor);
  if (!child) return;
  showBox(view.camera, model, itemBox(model, view.cursor), 0.08);
  view.moveTo(child, true);
}

function goOut(view) {
  const { model, camera } = view;
  const parent = view.cursor && parentItem(model, view.cursor);
  if (!parent) {
    showWhole(camera, model);
    announce('Whole machine');
    return;
  }
  const around = parentItem(model, parent);
  if (around) showBox(camera, model, itemBox(model, around), 0.08);
  else showWhole(camera, model);
  view.moveTo(parent, true);
}

/** Chooses the population that has most of what the cursor is on. */
function chooseAtCursor(view) {
  if (!view.cursor) return;
  const { populations: found } = itemContents(view.model, view.cursor);
  if (found.length) choosePopulation(found[0][0]);
  else announce('Nothing of the network is here');
}
