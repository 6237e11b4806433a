// Mean rates over time: lines on one axis for a few populations, a strip each for many.

const MAX_RATE_LINES = 8;
/** Smaller populations do not set the axis of rates. */
const MIN_LEADING_NEURONS = 10;
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** Rates of all recorded populations. */
function buildRates(scope, host) {
  const entries = app.report.activity.populations.filter((entry) => entry.rate_hz.n > 0);
  if (!entries.length) return;
  const { ticks, rate_bin_ticks: bin } = app.report.activity;
  const series = entries.map((entry) => binnedSeries(unpack(entry.rate_hz), ticks.start, bin));
  const shared = {
    id: 'rates',
    title: `Mean rate in bins of ${counted(bin, 'tick')}`,
    read: (tick) => readRates(entries, series, tick),
  };
  if (entries.length <= MAX_RATE_LINES) rateLines(scope, host, entries, series, shared);
  else rateStrips(scope, host, entries, series, shared);
}

function rateLines(scope, host, entries, series, shared) {
  timePlot(scope, host, {
    ...shared,
    title:
      series.length > leadingSeries(entries, series).length
        ? `${shared.title}; populations of a few neurons may leave the frame`
        : shared.title,
    axis: 'rate (Hz)',
    height: () => 13 * currentTheme().rem,
    extent: (start, end) => {
      const chosen = leadingSeries(entries, series);
      return { low: 0, high: Math.max(1e-9, ...chosen.map((one) => seriesExtent(one, start, end).high)) };
    },
    paintBody: (plot) => {
      const leading = new Set(leadingSeries(entries, series));
      const rank = (k) => Number(leading.has(series[k])) + 2 * Number(entries[k].population === app.selection);
      const order = entries.map((_, k) => k).sort((a, b) => rank(a) - rank(b) || a - b);
      for (const k of order) {
        const { population } = entries[k];
        plot.context.globalAlpha = leading.has(series[k]) ? 1 : 0.35;
        // Colours repeat after seven: dashes tell the second round from the first.
        const dash = DASHES[Math.floor(population / N_POPULATION_COLOURS) % DASHES.length];
        paintSeries(plot, series[k], populationColour(population), population === app.selection ? 2.5 : 1.5, dash);
      }
      plot.context.globalAlpha = 1;
    },
  });
}

/** Whose values the axis has to hold: the chosen population's, or those of all but the smallest, whose single spikes tower over the rest. */
function leadingSeries(entries, series) {
  const chosen = series.filter((_, k) => entries[k].population === app.selection);
  if (chosen.length) return chosen;
  const large = series.filter(
    (_, k) => (populations()[entries[k].population] || { size: 0 }).size >= MIN_LEADING_NEURONS,
  );
  return large.length ? large : series;
}

function rateStrips(scope, host, entries, series, shared) {
  const most = Math.max(1e-9, ...entries.map((entry) => unpack(entry.rate_hz).reduce((a, b) => (b > a ? b : a), 0)));
  timePlot(scope, host, {
    ...shared,
    title: `${shared.title}; each strip from 0 to ${formatQuantity(most, 'Hz')}`,
    axis: 'rate (Hz), by population',
    height: () => clamp(entries.length * 1.35 * currentTheme().rem, 240, 1100) + 3 * currentTheme().rem,
    paintAxis: (plot) => paintStripNames(plot, entries),
    paintBody: (plot) => {
      const tall = (plot.bottom - plot.top) / entries.length;
      entries.forEach((entry, k) => paintStrip(plot, entry, series[k], plot.top + k * tall, tall, most));
    },
    click: (plot, px, py) => {
      const k = Math.floor(((py - plot.top) / (plot.bottom - plot.top)) * entries.length);
      if (entries[k]) choosePopulation(entries[k].population);
    },
  });
}

function paintStripNames(plot, entries) {
  const { context, theme } = plot;
  const tall = (plot.bottom - plot.top) / entries.length;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const every = Math.max(1, Math.ceil((0.85 * theme.rem) / tall));
  entries.forEach(({ population }, k) => {
    const isChosen = population === app.selection;
    if (k % every && !isChosen) return;
    context.font = canvasFont(0.72, isChosen ? '600' : '');
    context.fillStyle = isChosen ? theme.ink : theme.muted;
    paintText(
      context,
      populationName(population, 24),
      plot.left - 6,
      plot.top + (k + 0.5) * tall,
      plot.left - 6 - 1.5 * theme.rem,
    );
  });
}

function paintStrip(plot, entry, series, top, tall, most) {
  const { context, theme } = plot;
  const isAside = app.selection !== null && entry.population !== app.selection;
  const [first, last] = visibleSeries(plot, series);
  const floor = top + tall - 1;
  context.fillStyle = populationColour(entry.population);
  context.globalAlpha = isAside ? 0.35 : 0.9;
  context.beginPath();
  context.moveTo(plot.xOf(series.tickOf(first)), floor);
  for (let i = first; i < last; i += 1)
    context.lineTo(plot.xOf(series.tickOf(i)), floor - (tall - 2) * Math.min(1, (series.valueOf(i) || 0) / most));
  context.lineTo(plot.xOf(series.tickOf(Math.max(first, last - 1))), floor);
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = theme.grid;
  context.beginPath();
  context.moveTo(plot.left, floor + 0.5);
  context.lineTo(plot.right, floor + 0.5);
  context.stroke();
}

function readRates(entries, series, tick) {
  const { ticks, rate_bin_ticks: bin } = app.report.activity;
  const at = Math.floor((tick - ticks.start) / bin);
  const known = entries
    .map((entry, k) => [entry.population, series[k].valueOf(at)])
    .filter(([population, rate]) => rate >= 0 && (app.selection === null || population === app.selection));
  const top = known.sort((a, b) => b[1] - a[1]).slice(0, 6);
  return top
    .map(([population, rate]) => `${isolated(populationName(population, 16))} ${formatNumber(rate)} Hz`)
    .join(', ');
}
