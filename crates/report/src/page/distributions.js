// How rates, intervals, their variation and correlations are spread over neurons.

const DISTRIBUTIONS = [
  ['rates', 'Rates of neurons', 'rate'],
  ['intervals', 'Inter-spike intervals', 'interval'],
  ['cv', 'CV of intervals', 'CV'],
  ['correlation', 'Correlation of pairs', 'correlation'],
];

/** The table of all populations, and the histograms of one. */
function buildDistributions(scope, host) {
  const entries = app.report.activity.populations.filter((entry) => DISTRIBUTIONS.some(([key]) => entry[key]));
  if (!entries.length) {
    host.append(
      emptyState('Too few spikes for distributions: record more spikes to see intervals, rates and correlations.'),
    );
    return;
  }
  host.append(distributionTable(scope, entries));
  const box = make('div', { class: 'histograms' });
  const title = make('h4', {});
  const fill = () => {
    const entry = entries.find(({ population }) => population === app.selection) || entries[0];
    title.replaceChildren(swatch(entry.population), make('bdi', {}, populationName(entry.population)));
    box.replaceChildren(...DISTRIBUTIONS.filter(([key]) => entry[key]).map((kind) => histogram(kind, entry)));
  };
  fill();
  scope.listen('selection', fill);
  host.append(title, box);
}

function distributionTable(scope, entries) {
  const columns = [
    {
      title: 'Population',
      cell: (entry, inner) => populationButton(inner, entry.population, 24),
      order: (entry) => entry.population,
    },
    { title: 'Spikes', isNumber: true, cell: (entry) => formatCount(entry.n_spikes), order: (entry) => entry.n_spikes },
    ...DISTRIBUTIONS.map(([key, title]) => {
      const unit = entries.map((entry) => entry[key] && entry[key].unit).find(Boolean);
      return {
        title: `${title}${unit ? ` (${cut(unit, 12)})` : ''}`,
        isNumber: true,
        cell: (entry) =>
          entry[key]
            ? [
                `${formatNumber(entry[key].mean)} ± ${formatNumber(entry[key].sd)} `,
                sparkline(entry[key], entry.population),
              ]
            : '–',
        order: (entry) => (entry[key] ? entry[key].mean : null),
      };
    }),
  ];
  return sortableTable(scope, {
    id: 'table-distributions',
    caption: 'By population: mean ± standard deviation',
    columns,
    rows: entries,
    limit: 12,
    population: (entry) => entry.population,
    isByPopulation: true,
  });
}

/** A histogram as small as a word. */
function sparkline(distribution, population) {
  const most = Math.max(1, ...distribution.counts);
  const n = distribution.counts.length;
  const bars = distribution.counts.map((count, i) =>
    makeSvg('rect', { x: (60 * i) / n, y: 16 - (16 * count) / most, width: 60 / n, height: (16 * count) / most }),
  );
  return makeSvg(
    'svg',
    { class: `sparkline population-${population % N_POPULATION_COLOURS}`, viewBox: '0 0 60 16', 'aria-hidden': 'true' },
    bars,
  );
}

/** A histogram with axes. */
function histogram([key, title, what], entry) {
  const distribution = entry[key];
  const { edges, counts } = distribution;
  const size = { width: 320, height: 190, left: 64, right: 310, top: 10, bottom: 146 };
  const xAxis = `${what}${distribution.unit ? ` (${cut(distribution.unit, 12)})` : ''}`;
  const sentence = `${title}: ${formatCount(distribution.n)} ${cut(distribution.of, 80)}, mean ${formatNumber(distribution.mean)}, standard deviation ${formatNumber(distribution.sd)} ${cut(distribution.unit, 12)}`;
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const most = Math.max(1, ...counts);
  const xOf = (value) => size.left + ((value - low) / (high - low || 1)) * (size.right - size.left);
  const yOf = (count) => size.bottom - (count / most) * (size.bottom - size.top);
  const bars = counts.map((count, i) =>
    makeSvg(
      'rect',
      {
        x: xOf(edges[i]),
        y: yOf(count),
        width: Math.max(0.5, xOf(edges[i + 1]) - xOf(edges[i]) - 0.5),
        height: size.bottom - yOf(count),
      },
      makeSvg('title', {}, `${formatNumber(edges[i])} to ${formatNumber(edges[i + 1])}: ${formatCount(count)}`),
    ),
  );
  const svg = makeSvg(
    'svg',
    {
      class: 'histogram',
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: 'img',
      'aria-label': `${sentence}. Horizontal axis: ${xAxis}; vertical axis: number of ${cut(distribution.of, 24)}`,
    },
    histogramAxes(size, { low, high, most, xOf, yOf, xAxis, yAxis: cut(distribution.of.split(' ')[0], 18) }),
    makeSvg('g', { class: `population-${entry.population % N_POPULATION_COLOURS}` }, bars),
    meanMark(distribution, size, xOf),
  );
  return make(
    'figure',
    {},
    make('figcaption', {}, title),
    svg,
    make(
      'p',
      { class: 'quiet' },
      `n = ${formatCount(distribution.n)} ${cut(distribution.of, 80)}; mean ${formatNumber(distribution.mean)}, sd ${formatNumber(distribution.sd)} ${cut(distribution.unit, 12)}`,
    ),
  );
}

function meanMark(distribution, size, xOf) {
  const x = clamp(xOf(distribution.mean), size.left, size.right);
  return makeSvg(
    'g',
    { class: 'mean' },
    makeSvg('path', { d: `M${x},${size.top} V${size.bottom}` }),
    makeSvg('text', { x: x + 3, y: size.top + 9 }, 'mean'),
  );
}

function histogramAxes(size, axes) {
  const nodes = [makeSvg('path', { class: 'axis', d: `M${size.left},${size.top} V${size.bottom} H${size.right}` })];
  // All values alike make bins of next to no width: one number says it.
  const isPoint = axes.high - axes.low < 1e-6 * Math.max(Math.abs(axes.low), Math.abs(axes.high), 1e-12);
  const middleX = (axes.low + axes.high) / 2;
  const xTicks = isPoint ? { values: [middleX], step: 1 } : niceTicks(axes.low, axes.high, 5);
  for (const value of xTicks.values) {
    nodes.push(makeSvg('path', { class: 'axis', d: `M${axes.xOf(value)},${size.bottom} v4` }));
    nodes.push(
      makeSvg(
        'text',
        { x: axes.xOf(value), y: size.bottom + 16, 'text-anchor': 'middle' },
        isPoint ? formatNumber(value) : tickText(value, xTicks.step),
      ),
    );
  }
  const yTicks = niceTicks(0, axes.most, Math.min(4, axes.most));
  for (const value of yTicks.values) {
    nodes.push(makeSvg('path', { class: 'grid', d: `M${size.left},${axes.yOf(value)} H${size.right}` }));
    nodes.push(
      makeSvg('text', { x: size.left - 5, y: axes.yOf(value) + 4, 'text-anchor': 'end' }, tickText(value, yTicks.step)),
    );
  }
  nodes.push(
    makeSvg(
      'text',
      { class: 'axis-title', x: (size.left + size.right) / 2, y: size.bottom + 36, 'text-anchor': 'middle' },
      axes.xAxis,
    ),
  );
  const middle = (size.top + size.bottom) / 2;
  nodes.push(
    makeSvg(
      'text',
      { class: 'axis-title', x: 12, y: middle, 'text-anchor': 'middle', transform: `rotate(-90 12 ${middle})` },
      axes.yAxis,
    ),
  );
  return makeSvg('g', { class: 'axes' }, nodes);
}
