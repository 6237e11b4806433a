// State variables of single neurons over time, with their thresholds and spikes.

const MAX_OPEN_TRACES = 4;

/** Plots of recorded state variables; all are shown once somebody asks. */
const tracesView = { isLong: false };

/** Traces of all groups. */
function buildTraces(scope, host) {
  const groups = app.report.activity.traces;
  if (!groups.length) {
    host.append(emptyState('No state variables were recorded: record v of some neurons to see their voltages.'));
    return;
  }
  const box = make('div');
  let inner = makeScope();
  const fill = () => {
    inner.end();
    inner = makeScope();
    box.replaceChildren();
    for (const group of shownTraces(groups)) tracePlot(inner, box, group, groups.indexOf(group));
    if (!tracesView.isLong && groups.length > MAX_OPEN_TRACES)
      box.append(
        makeButton('traces-all', `Show all ${groups.length} recordings`, `Show all ${groups.length} recordings`, open),
      );
  };
  const open = () => {
    tracesView.isLong = true;
    fill();
  };
  fill();
  if (groups.length > MAX_OPEN_TRACES) scope.listen('selection', fill);
  scope.keep(() => inner.end());
  host.append(box);
}

/** The chosen population's traces come first where not all are shown. */
function shownTraces(groups) {
  if (tracesView.isLong) return groups;
  const own = groups.filter((group) => group.population === app.selection);
  return [...own, ...groups.filter((group) => group.population !== app.selection)].slice(
    0,
    Math.max(MAX_OPEN_TRACES, own.length),
  );
}

function tracePlot(scope, host, group, k) {
  const ticks = unpack(group.ticks);
  const lines = group.lines.map((line) => traceLine(ticks, line));
  const unit = group.unit ? ` (${cut(group.unit, 12)})` : ' (no unit)';
  const hidden = group.n_not_shown ? `; ${counted(group.n_not_shown, 'more neuron')} not shown` : '';
  const name = `${cut(group.variable, 24)} of ${isolated(populationName(group.population))}`;
  timePlot(scope, host, {
    id: `trace-${k}`,
    title: `${name}${hidden}`,
    axis: `${cut(group.variable, 16)}${unit}`,
    height: () => 14 * currentTheme().rem,
    extent: (start, end) => traceExtent(group, lines, start, end),
    paintBody: (plot) => paintTraces(plot, group, lines),
    read: (tick) => readTraces(group, lines, ticks, tick),
  });
  host.lastElementChild.append(traceKey(group));
}

function traceLine(ticks, line) {
  const [lows, highs] = [unpack(line.values), unpack(line.highs)];
  const tickOf = (i) => ticks[i];
  const n = Math.min(ticks.length, lows.length);
  return {
    neuron: line.neuron,
    low: { n, tickOf, valueOf: (i) => lows[i] },
    high: highs.length ? { n: Math.min(n, highs.length), tickOf, valueOf: (i) => highs[i] } : null,
    spikes: unpack(line.spikes),
  };
}

function traceExtent(group, lines, start, end) {
  const parts = lines
    .flatMap(({ low, high }) => [seriesExtent(low, start, end), high && seriesExtent(high, start, end)])
    .filter(Boolean);
  const lows = parts.map((part) => part.low);
  const highs = parts.map((part) => part.high);
  if (group.threshold !== null) highs.push(group.threshold);
  return { low: Math.min(...lows), high: Math.max(...highs) };
}

function paintTraces(plot, group, lines) {
  const { context, theme } = plot;
  lines.forEach((line, k) => {
    const colour = populationColour(k);
    if (line.high) paintBandBetween(plot, line, colour);
    paintSeries(plot, line.low, colour, 1.3, DASHES[Math.floor(k / N_POPULATION_COLOURS) % DASHES.length]);
    context.fillStyle = colour;
    for (let i = lowerBound(line.spikes, plot.start); i < line.spikes.length && line.spikes[i] <= plot.end; i += 1) {
      context.fillRect(plot.xOf(line.spikes[i]) - 1, plot.top + 1 + (k % 4) * 3, 2, 7);
    }
  });
  if (group.threshold === null) return;
  const y = Math.round(plot.yOf(group.threshold)) + 0.5;
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(plot.left, y);
  context.lineTo(plot.right, y);
  context.stroke();
  context.setLineDash([]);
  context.font = canvasFont(0.7);
  context.textAlign = 'right';
  context.textBaseline = y - plot.top > 1.2 * theme.rem ? 'bottom' : 'top';
  paintPlate(context, 'threshold', plot.right - 6, y + (context.textBaseline === 'top' ? 4 : -4));
}

function paintBandBetween(plot, line, colour) {
  const { context } = plot;
  const [first, last] = visibleSeries(plot, line.low);
  context.fillStyle = colour;
  context.globalAlpha = 0.3;
  context.beginPath();
  for (let i = first; i < last; i += 1) context.lineTo(plot.xOf(line.low.tickOf(i)), plot.yOf(line.low.valueOf(i)));
  for (let i = last - 1; i >= first; i -= 1)
    context.lineTo(plot.xOf(line.high.tickOf(i)), plot.yOf(line.high.valueOf(i)));
  context.fill();
  context.globalAlpha = 1;
}

function readTraces(group, lines, ticks, tick) {
  // The sample, or the stretch, that the tick lies in: the last one that has begun.
  const at = clamp(lowerBound(ticks, tick + 1) - 1, 0, Math.max(0, ticks.length - 1));
  return lines
    .slice(0, 6)
    .map(
      (line) =>
        `neuron ${line.neuron} ${formatNumber(line.low.valueOf(at))}${line.high ? ` to ${formatNumber(line.high.valueOf(at))}` : ''} ${cut(group.unit, 12)}`,
    )
    .join(', ');
}

function traceKey(group) {
  const items = group.lines.map((line, k) => make('li', {}, swatch(k), `neuron ${formatCount(line.neuron)}`));
  return make(
    'ul',
    { class: 'key', 'aria-label': 'Neurons' },
    items,
    make('li', { class: 'quiet' }, 'marks at the top: spikes'),
  );
}
