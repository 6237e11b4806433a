// Plots over time: one stretch of time, one gutter and one cross-hair for all of them.

/** Unit of time axes, and how many of it a tick is. */
function timeUnit(start, end) {
  const tickMs = app.report.activity.tick_ms || (app.report.time ? app.report.time.tick_ns / 1e6 : 0);
  if (!(tickMs > 0)) return { perTick: 1, name: 'tick', text: 'time (ticks)' };
  const isLong = Math.max(Math.abs(start), Math.abs(end)) * tickMs >= 10000;
  return isLong
    ? { perTick: tickMs / 1000, name: 's', text: 'time (s)' }
    : { perTick: tickMs, name: 'ms', text: 'time (ms)' };
}

/** A moment in words. */
function timeText(tick) {
  const unit = timeUnit(...shownRange());
  return unit.name === 'tick' ? `tick ${formatCount(tick)}` : `${formatNumber(tick * unit.perTick)} ${unit.name}`;
}

/**
 * A plot over time.
 * @param {Object} options
 * @param {string} options.id
 * @param {string} options.title what it shows
 * @param {string} options.axis title of the vertical axis, with its unit
 * @param {function(number): number} options.height
 * @param {function(Object): void} options.paintBody paints inside the frame
 * @param {function(number, number): {low: number, high: number}} [options.extent] of values, for a numbered axis
 * @param {function(Object): void} [options.paintAxis] paints another vertical axis
 * @param {function(number, number): string} [options.read] what is there at a tick, within so many ticks
 * @param {function(Object, number, number): void} [options.click] a click at a pixel
 */
function timePlot(scope, host, options) {
  const plot = { options };
  const label = `${options.title}. Horizontal axis: ${timeUnit(...fullRange()).text}; vertical axis: ${options.axis}. Arrows move the cross-hair, with Shift they move the time shown; plus and minus magnify, 0 shows all.`;
  const drawn = paintedCanvas(scope, {
    id: options.id,
    label,
    height: options.height,
    isInteractive: true,
    paint: (context, width, height) => paintTimePlot(plot, context, width, height),
  });
  const readout = make('p', { class: 'readout', id: `${options.id}-readout` }, ' ');
  const hair = make('div', { class: 'cross-hair', hidden: true });
  const band = make('div', { class: 'rubber-band', hidden: true });
  drawn.box.append(hair, band);
  drawn.canvas.classList.add('time-plot');
  host.append(make('figure', { class: 'plot' }, make('figcaption', {}, options.title), drawn.box, readout));
  Object.assign(plot, { drawn, readout, hair, band, crosshair: null });
  scope.listen('range', drawn.refresh);
  scope.listen('selection', drawn.refresh);
  scope.listen('crosshair', (tick) => showCrosshair(plot, tick));
  listenToTimePointer(plot);
  listenToTimeKeys(plot);
  return plot;
}

/** Where the frame lies and how to get from values to pixels. */
function layOutPlot(plot, context, width, height) {
  const theme = currentTheme();
  const [start, end] = shownRange();
  const left = width < 560 ? 3.7 * theme.rem : 6.4 * theme.rem;
  const frame = { left, right: width - 1.5 * theme.rem, top: 0.6 * theme.rem, bottom: height - 2.5 * theme.rem };
  const xOf = (tick) => frame.left + ((tick - start) / (end - start)) * (frame.right - frame.left);
  const tickAt = (px) => start + ((px - frame.left) / (frame.right - frame.left)) * (end - start);
  Object.assign(plot, frame, { context, width, height, start, end, theme, xOf, tickAt });
  if (!plot.options.extent) return;
  const { low, high } = paddedExtent(plot.options.extent(start, end));
  Object.assign(plot, {
    low,
    high,
    yOf: (value) => frame.bottom - ((value - low) / (high - low)) * (frame.bottom - frame.top),
  });
}

/** Some air above and below, none below zero. */
function paddedExtent({ low, high }) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 };
  const span = high - low || Math.abs(high) || 1;
  return { low: low === 0 ? 0 : low - 0.06 * span, high: high + 0.06 * span };
}

function paintTimePlot(plot, context, width, height) {
  layOutPlot(plot, context, width, height);
  paintTimeAxis(plot);
  if (plot.options.extent) paintValueAxis(plot);
  if (plot.options.paintAxis) plot.options.paintAxis(plot);
  paintAxisTitle(plot);
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  context.clip();
  plot.options.paintBody(plot);
  context.restore();
  context.strokeStyle = plot.theme.axis;
  context.lineWidth = 1;
  context.strokeRect(plot.left + 0.5, plot.top + 0.5, plot.right - plot.left - 1, plot.bottom - plot.top - 1);
  showCrosshair(plot, plot.crosshair);
}

function paintTimeAxis(plot) {
  const { context, theme } = plot;
  const unit = timeUnit(plot.start, plot.end);
  const wanted = Math.max(2, (plot.right - plot.left) / (6 * theme.rem));
  const { values, step } = niceTicks(plot.start * unit.perTick, plot.end * unit.perTick, wanted);
  context.font = canvasFont(0.75);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const value of values) {
    const x = Math.round(plot.xOf(value / unit.perTick)) + 0.5;
    context.strokeStyle = theme.grid;
    context.beginPath();
    context.moveTo(x, plot.top);
    context.lineTo(x, plot.bottom + 4);
    context.stroke();
    context.fillStyle = theme.muted;
    context.fillText(tickText(value, step), x, plot.bottom + 6);
  }
  context.fillStyle = theme.ink;
  context.fillText(unit.text, (plot.left + plot.right) / 2, plot.bottom + 6 + 1.05 * theme.rem);
}

function paintValueAxis(plot) {
  const { context, theme } = plot;
  const wanted = Math.max(2, (plot.bottom - plot.top) / (1.9 * theme.rem));
  const { values, step } = niceTicks(plot.low, plot.high, wanted);
  context.font = canvasFont(0.75);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of values) {
    const y = Math.round(plot.yOf(value)) + 0.5;
    if (y < plot.top || y > plot.bottom) continue;
    context.strokeStyle = theme.grid;
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.right, y);
    context.stroke();
    context.fillStyle = theme.muted;
    context.fillText(tickText(value, step), plot.left - 6, y);
  }
}

function paintAxisTitle(plot) {
  const { context, theme } = plot;
  context.save();
  context.translate(0.8 * theme.rem, (plot.top + plot.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.font = canvasFont(0.75);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = theme.ink;
  paintText(context, plot.options.axis, 0, 0, plot.bottom - plot.top + 1.5 * theme.rem);
  context.restore();
}

/** Moves the cross-hair without painting anything anew. */
function showCrosshair(plot, tick) {
  plot.crosshair = tick;
  const isShown = tick !== null && plot.xOf && tick >= plot.start && tick <= plot.end;
  plot.hair.hidden = !isShown;
  if (!isShown) {
    plot.readout.textContent = ' ';
    return;
  }
  plot.hair.style.left = `${plot.xOf(tick)}px`;
  plot.hair.style.top = `${plot.top}px`;
  plot.hair.style.height = `${plot.bottom - plot.top}px`;
  const within = Math.max(1, Math.ceil(plot.tickAt(1) - plot.tickAt(0)));
  const words = plot.options.read ? plot.options.read(Math.floor(tick), within) : '';
  plot.readout.textContent = words ? `${timeText(Math.floor(tick))}: ${words}` : timeText(Math.floor(tick));
}

/**
 * A line through values at rising ticks. Where there are more values than pixels, each pixel shows their least and most.
 * @param {{n: number, tickOf: function(number): number, valueOf: function(number): number}} series
 */
function paintSeries(plot, series, colour, width = 1.5, dash = []) {
  const { context } = plot;
  const [first, last] = visibleSeries(plot, series);
  context.strokeStyle = colour;
  context.lineWidth = (width * plot.theme.rem) / 16;
  context.lineJoin = 'round';
  context.setLineDash(dash);
  context.beginPath();
  if (last - first > 3 * (plot.right - plot.left)) tracePixels(plot, series, first, last);
  else {
    for (let i = first; i < last; i += 1) context.lineTo(plot.xOf(series.tickOf(i)), plot.yOf(series.valueOf(i)));
  }
  context.stroke();
  context.setLineDash([]);
}

function tracePixels(plot, series, first, last) {
  const { context } = plot;
  let pixel = NaN;
  let [least, most] = [0, 0];
  const flush = () => {
    if (Number.isNaN(pixel)) return;
    context.lineTo(pixel, plot.yOf(least));
    context.lineTo(pixel, plot.yOf(most));
  };
  for (let i = first; i < last; i += 1) {
    const value = series.valueOf(i);
    const here = Math.round(plot.xOf(series.tickOf(i)));
    if (here !== pixel) {
      flush();
      [pixel, least, most] = [here, value, value];
    } else if (value < least) least = value;
    else if (value > most) most = value;
  }
  flush();
}

/** First and past-last value that can be seen, with one neighbour on either side. */
function visibleSeries(plot, series) {
  const find = (tick) => {
    let [low, high] = [0, series.n];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (series.tickOf(middle) < tick) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return [Math.max(0, find(plot.start) - 1), Math.min(series.n, find(plot.end) + 1)];
}

/** Values of equal bins as a series through their middles. */
function binnedSeries(values, firstTick, binTicks) {
  return { n: values.length, tickOf: (i) => firstTick + (i + 0.5) * binTicks, valueOf: (i) => values[i] };
}

/** Least and most of a series between two ticks. */
function seriesExtent(series, start, end) {
  const [first, last] = visibleSeries({ start, end }, series);
  let [low, high] = [Infinity, -Infinity];
  for (let i = first; i < last; i += 1) {
    const value = series.valueOf(i);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Buttons that move and stretch the time of all plots. */
function timeControls(scope, id) {
  const stretch = (factor) => () => {
    const [start, end] = shownRange();
    const half = ((end - start) * factor) / 2;
    setRange((start + end) / 2 - half, (start + end) / 2 + half);
  };
  const shift = (part) => () => {
    const [start, end] = shownRange();
    setRange(start + part * (end - start), end + part * (end - start));
  };
  const words = make('span', { class: 'quiet' });
  const tell = () => {
    words.textContent = `shown: ${timeText(shownRange()[0])} to ${timeText(shownRange()[1])}`;
  };
  tell();
  scope.listen('range', tell);
  return make(
    'div',
    { class: 'controls' },
    make(
      'span',
      { class: 'buttons', role: 'group', 'aria-label': 'Time shown in all plots' },
      makeButton(`${id}-in`, '+', 'Magnify time', stretch(0.5)),
      makeButton(`${id}-out`, '−', 'Show more time', stretch(2)),
      makeButton(`${id}-earlier`, '←', 'Earlier', shift(-0.5)),
      makeButton(`${id}-later`, '→', 'Later', shift(0.5)),
      makeButton(`${id}-all`, 'All', 'Show all of the time', () => setRange(...fullRange())),
    ),
    words,
    make('span', { class: 'quiet wide-only' }, 'Drag over a plot to magnify; Ctrl and wheel, too.'),
  );
}
