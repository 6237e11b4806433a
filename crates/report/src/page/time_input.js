// Mouse, touch and keyboard on plots over time.

function tickUnder(plot, event) {
  const px = event.clientX - plot.drawn.canvas.getBoundingClientRect().left;
  return clamp(plot.tickAt(clamp(px, plot.left, plot.right)), plot.start, plot.end);
}

/** Magnifies time around a tick. */
function zoomTime(factor, tick) {
  // The state's range, not the painted one: keys may come faster than paint.
  const [start, end] = shownRange();
  const width = (end - start) * factor;
  const part = (tick - start) / (end - start);
  setRange(tick - part * width, tick + (1 - part) * width);
}

/** Drag to magnify, with Shift to move, Ctrl and wheel, double click for everything. */
function listenToTimePointer(plot) {
  const { canvas } = plot.drawn;
  const drag = { from: null, px: 0, isPan: false };
  canvas.addEventListener('pointerdown', (event) => {
    if (!plot.xOf || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    Object.assign(drag, { from: tickUnder(plot, event), px: event.clientX, isPan: event.shiftKey });
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!plot.xOf) return;
    if (drag.from === null) emit('crosshair', tickUnder(plot, event));
    else if (drag.isPan) panTime(plot, drag, event);
    else showBand(plot, drag.from, tickUnder(plot, event));
  });
  canvas.addEventListener('pointerup', (event) => endDrag(plot, drag, event));
  canvas.addEventListener('pointercancel', () => {
    drag.from = null;
    plot.band.hidden = true;
  });
  canvas.addEventListener('pointerleave', () => emit('crosshair', null));
  canvas.addEventListener('dblclick', () => setRange(...fullRange()));
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey || !plot.xOf) return;
      event.preventDefault();
      zoomTime(Math.exp(event.deltaY * 0.002), tickUnder(plot, event));
    },
    { passive: false },
  );
}

function panTime(plot, drag, event) {
  const perPixel = plot.tickAt(1) - plot.tickAt(0);
  const by = (drag.px - event.clientX) * perPixel;
  drag.px = event.clientX;
  const [start, end] = shownRange();
  setRange(start + by, end + by);
}

function showBand(plot, from, to) {
  const [x0, x1] = [plot.xOf(Math.min(from, to)), plot.xOf(Math.max(from, to))];
  plot.band.hidden = x1 - x0 < 3;
  plot.band.style.left = `${x0}px`;
  plot.band.style.width = `${x1 - x0}px`;
  plot.band.style.top = `${plot.top}px`;
  plot.band.style.height = `${plot.bottom - plot.top}px`;
}

function endDrag(plot, drag, event) {
  if (drag.from === null) return;
  const to = tickUnder(plot, event);
  const [x0, x1] = [plot.xOf(drag.from), plot.xOf(to)];
  const { from, isPan } = drag;
  drag.from = null;
  plot.band.hidden = true;
  if (isPan) return;
  if (Math.abs(x1 - x0) >= 6) setRange(Math.min(from, to), Math.max(from, to));
  else if (plot.options.click) {
    const box = plot.drawn.canvas.getBoundingClientRect();
    plot.options.click(plot, event.clientX - box.left, event.clientY - box.top);
  }
}

/** The same by keyboard. */
function listenToTimeKeys(plot) {
  plot.drawn.canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !plot.xOf) return;
    if (!pressTimeKey(plot, event)) return;
    event.preventDefault();
  });
}

function pressTimeKey(plot, event) {
  const [start, end] = shownRange();
  const span = end - start;
  const middle =
    plot.crosshair === null || plot.crosshair < start || plot.crosshair > end ? (start + end) / 2 : plot.crosshair;
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (side && event.shiftKey) setRange(start + 0.25 * side * span, end + 0.25 * side * span);
  else if (side) stepCrosshair(plot, middle + side * Math.max(1, Math.round(span / 200)));
  else if (event.key === '+' || event.key === '=') zoomTime(0.5, middle);
  else if (event.key === '-') zoomTime(2, middle);
  else if (event.key === '0' || event.key === 'Escape') setRange(...fullRange());
  else return false;
  return true;
}

function stepCrosshair(plot, tick) {
  emit('crosshair', clamp(Math.floor(tick), plot.start, plot.end - 1));
  announce(plot.readout.textContent);
}
