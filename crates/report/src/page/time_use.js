// Time per tick against the deadline, performance levels, and power.

/** The section of time. */
function buildTimeUse(scope, host) {
  const { time } = app.report;
  host.append(...sectionWarnings(scope, 'time'));
  if (!time || !time.latest.n) {
    host.append(
      emptyState(
        'No time was accounted: map the network to a machine and run it to see whether its ticks are long enough.',
      ),
    );
    return;
  }
  host.append(timeSentence(time), timeControls(scope, 'use'));
  deadlinePlot(scope, host, time);
  if (time.levels.length) levelPlot(scope, host, time);
  if (time.power_w.n) powerPlot(scope, host, time);
}

function timeSentence(time) {
  const latest = unpack(time.latest).reduce((a, b) => Math.max(a, b), 0);
  const late = unpack(time.n_late).reduce((sum, n) => sum + n, 0);
  const words = [
    `A tick lasts ${formatQuantity(time.tick_ns * 1e-9, 's')} on the hardware; the latest work ends after ${formatPercent(latest)} of it. `,
  ];
  words.push(late ? make('strong', {}, `${counted(late, 'PE tick')} late.`) : 'No PE was late.');
  if (time.n_pes_left_out)
    words.push(` ${counted(time.n_pes_left_out, 'PE was not followed', 'PEs were not followed')}.`);
  return make('p', { class: 'lead' }, words);
}

function deadlinePlot(scope, host, time) {
  const [latest, mean] = [time.latest, time.mean].map((packed) => unpack(packed).map((part) => 100 * part));
  const late = unpack(time.n_late);
  const series = [latest, mean].map((values) => binnedSeries(values, time.ticks.start, time.bin_ticks));
  timePlot(scope, host, {
    id: 'deadline',
    title: `Work against the deadline, bins of ${counted(time.bin_ticks, 'tick')}`,
    axis: 'part of the tick (%)',
    height: () => 15 * currentTheme().rem,
    // The deadline stays in sight as long as the work is not far below it.
    extent: (start, end) => {
      const high = seriesExtent(series[0], start, end).high;
      return { low: 0, high: high > 25 ? Math.max(105, high) : high * 1.2 };
    },
    paintBody: (plot) => {
      paintLate(plot, time, late);
      paintSeries(plot, series[1], populationColour(2), 1.4, [5, 3]);
      paintSeries(plot, series[0], populationColour(0), 1.8);
      paintDeadline(plot);
    },
    read: (tick) => readDeadline(time, latest, mean, late, tick),
  });
  const key = [
    make('li', {}, swatch(0), 'latest PE'),
    make('li', {}, swatch(2), 'mean of PEs (dashed)'),
    make('li', {}, '▮ late: bars from above'),
  ];
  host.lastElementChild.append(make('ul', { class: 'key' }, key));
}

function paintDeadline(plot) {
  const { context, theme } = plot;
  const y = Math.round(plot.yOf(100)) + 0.5;
  context.font = canvasFont(0.72);
  context.textAlign = 'right';
  context.fillStyle = theme.ink;
  if (y < plot.top) {
    context.textBaseline = 'top';
    context.fillText('deadline at 100 %, far above', plot.right - 4, plot.top + 4);
    return;
  }
  context.strokeStyle = theme.problem;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(plot.left, y);
  context.lineTo(plot.right, y);
  context.stroke();
  context.textBaseline = 'bottom';
  context.fillText('deadline', plot.right - 4, y - 2);
}

function paintLate(plot, time, late) {
  const { context, theme } = plot;
  const most = late.reduce((a, b) => Math.max(a, b), 0);
  if (!most) return;
  context.fillStyle = theme.problem;
  context.globalAlpha = 0.55;
  late.forEach((n, i) => {
    if (!n) return;
    const x = plot.xOf(time.ticks.start + i * time.bin_ticks);
    const width = plot.xOf(time.ticks.start + (i + 1) * time.bin_ticks) - x;
    if (x + width < plot.left || x > plot.right) return;
    context.fillRect(x, plot.top, Math.max(1.5, width), 4 + 0.2 * (plot.bottom - plot.top) * (n / most));
  });
  context.globalAlpha = 1;
}

function binAt(time, tick) {
  return Math.floor((tick - time.ticks.start) / time.bin_ticks);
}

function readDeadline(time, latest, mean, late, tick) {
  const i = binAt(time, tick);
  if (latest[i] === undefined) return '';
  const lateWords = late[i] ? `, ${counted(late[i], 'PE tick')} late` : '';
  return `latest ${formatNumber(latest[i])} %, mean ${formatNumber(mean[i])} % of the tick${lateWords}`;
}

/** Shares of time at each performance level, stacked. */
function levelPlot(scope, host, time) {
  const parts = time.level_parts.map((packed) => unpack(packed));
  timePlot(scope, host, {
    id: 'levels',
    title: 'Performance levels',
    axis: 'share of PE ticks (%)',
    height: () => 11 * currentTheme().rem,
    extent: () => ({ low: 0, high: 100 / 1.06 }),
    paintBody: (plot) => paintLevels(plot, time, parts),
    read: (tick) =>
      time.levels
        .map((name, k) => `${cut(name, 24)} ${formatPercent(parts[k] ? parts[k][binAt(time, tick)] : NaN)}`)
        .join(', '),
  });
  const items = time.levels.map((name, k) => make('li', {}, levelSwatch(k, time.levels.length), shortText(name, 40)));
  host.lastElementChild.append(make('ul', { class: 'key', 'aria-label': 'Performance levels, from below' }, items));
}

function levelSwatch(k, n) {
  const square = swatch(0);
  square.style.opacity = String(levelAlpha(k, n));
  return square;
}

function paintLevels(plot, time, parts) {
  const { context } = plot;
  const n = parts.length ? parts[0].length : 0;
  const floor = new Float64Array(n);
  const first = clamp(binAt(time, plot.start), 0, n);
  const last = clamp(binAt(time, plot.end) + 1, 0, n);
  parts.forEach((part, k) => {
    context.fillStyle = populationColour(0);
    context.globalAlpha = levelAlpha(k, parts.length);
    context.beginPath();
    for (let i = first; i < last; i += 1) {
      const [x0, x1] = [
        plot.xOf(time.ticks.start + i * time.bin_ticks),
        plot.xOf(time.ticks.start + (i + 1) * time.bin_ticks),
      ];
      const top = plot.yOf(100 * (floor[i] + part[i]));
      context.rect(x0, top, x1 - x0 + 0.5, plot.yOf(100 * floor[i]) - top);
    }
    context.fill();
    context.globalAlpha = 1;
    nameLevel(plot, cut(time.levels[k], 32), floor[first], part[first]);
    for (let i = first; i < last; i += 1) floor[i] += part[i];
  });
}

/** Levels follow each other, so they are shades of one colour. */
function levelAlpha(k, n) {
  return 0.2 + (0.6 * k) / Math.max(1, n - 1);
}

/** A level's name on its share, where that is tall enough at the left edge. */
function nameLevel(plot, name, floor, part) {
  const { context, theme } = plot;
  const [top, bottom] = [plot.yOf(100 * (floor + part)), plot.yOf(100 * floor)];
  if (!(bottom - top > 1.3 * theme.rem)) return;
  context.font = canvasFont(0.75);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  paintPlate(context, isolated(name), plot.left + 8, (top + bottom) / 2);
}

function powerPlot(scope, host, time) {
  const values = unpack(time.power_w);
  const series = binnedSeries(values, time.ticks.start, time.bin_ticks);
  timePlot(scope, host, {
    id: 'power',
    title: 'Power (modelled)',
    axis: 'power (W)',
    height: () => 11 * currentTheme().rem,
    extent: (start, end) => ({ low: 0, high: seriesExtent(series, start, end).high }),
    paintBody: (plot) => paintSeries(plot, series, populationColour(1), 1.6),
    read: (tick) => (values[binAt(time, tick)] === undefined ? '' : formatQuantity(values[binAt(time, tick)], 'W')),
  });
}
