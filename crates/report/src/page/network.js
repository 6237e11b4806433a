// Populations and projections: the drawing, and the tables that say the same in words.

/** The section of the network. */
function buildNetwork(scope, host) {
  host.append(...sectionWarnings(scope, 'network'));
  const { populations: nodes, projections } = app.report.network;
  if (!nodes.length) {
    host.append(emptyState('The network has no populations: add one to see it here.'));
    return;
  }
  const drawing = make('div', {
    class: 'graph-scroll',
    tabindex: '0',
    role: 'group',
    'aria-label': 'Drawing of the network',
  });
  host.append(graphKey(), drawing);
  if (projections.length > MAX_EDGES) {
    const words = `The ${formatCount(MAX_EDGES)} projections with most synapses of ${formatCount(projections.length)}; choose a population to see all of its own.`;
    host.append(make('p', { class: 'quiet' }, words));
  }
  drawWhenSized(scope, drawing);
  host.append(populationTable(scope, nodes));
  if (projections.length) host.append(projectionTable(scope, projections));
  else host.append(emptyState('No projections: the populations do not hear each other.'));
}

/** Draws again when the width changes for good: the drawing has its own size in pixels. */
function drawWhenSized(scope, drawing) {
  let inner = null;
  let width = 0;
  const draw = () => {
    if (Math.abs(drawing.clientWidth - width) < 2 || !drawing.clientWidth) return;
    width = drawing.clientWidth;
    if (inner) inner.end();
    inner = makeScope();
    drawing.replaceChildren(networkGraph(inner, width));
  };
  const resized = new ResizeObserver(draw);
  resized.observe(drawing);
  scope.keep(() => {
    resized.disconnect();
    if (inner) inner.end();
  });
}

function graphKey() {
  const line = (sign, text) =>
    make(
      'li',
      {},
      makeSvg(
        'svg',
        { width: 34, height: 10, 'aria-hidden': 'true', class: 'graph' },
        makeSvg('path', {
          class: `edge ${sign}`,
          d: 'M1,5 H32',
          'stroke-width': 1.6,
          'marker-end': `url(#head-${sign})`,
        }),
      ),
      ` ${text}`,
    );
  const items = [
    line('excitatory', 'excitatory'),
    line('inhibitory', 'inhibitory'),
    line('mixed', 'mixed or unknown'),
    make('li', {}, '□ source  ○ neurons; larger means more'),
  ];
  return make('ul', { class: 'key', 'aria-label': 'Key to the drawing' }, items);
}

function populationTable(scope, nodes) {
  const rows = nodes.map((node, index) => ({ node, index }));
  const columns = [
    { title: 'Population', cell: ({ index }, inner) => populationButton(inner, index), order: ({ node }) => node.name },
    { title: 'Neurons', isNumber: true, cell: ({ node }) => formatCount(node.size), order: ({ node }) => node.size },
    {
      title: 'Model',
      cell: ({ node }) => [shortText(node.model, 32), node.is_source ? ' (source)' : null],
      order: ({ node }) => node.model,
    },
    {
      title: 'Spikes',
      isNumber: true,
      cell: ({ node }) => (node.n_spikes === null ? '–' : formatCount(node.n_spikes)),
      order: ({ node }) => node.n_spikes,
    },
    {
      title: 'Mean rate (Hz)',
      isNumber: true,
      cell: ({ node }) => formatNumber(node.rate_hz),
      order: ({ node }) => node.rate_hz,
    },
    {
      title: 'PEs',
      isNumber: true,
      cell: ({ node }) => (node.n_pes ? formatCount(node.n_pes) : '–'),
      order: ({ node }) => node.n_pes,
    },
    { title: 'Parameters', cell: ({ node }) => parameterList(node.parameters) },
  ];
  return sortableTable(scope, {
    id: 'table-populations',
    caption: 'Populations',
    columns,
    rows,
    limit: 12,
    population: ({ index }) => index,
    isByPopulation: true,
  });
}

function parameterList(parameters) {
  if (!parameters.length) return make('span', { class: 'quiet' }, 'defaults');
  const items = parameters.map(([name, value]) => make('li', {}, shortText(name, 32), ' = ', shortText(value, 40)));
  if (parameters.length <= 2) return make('ul', { class: 'plain' }, items);
  return make(
    'details',
    {},
    make('summary', {}, counted(parameters.length, 'parameter')),
    make('ul', { class: 'plain' }, items),
  );
}

function projectionTable(scope, projections) {
  const columns = [
    { title: 'Projection', cell: (p) => shortText(p.name || '–', 32), order: (p) => p.name },
    { title: 'From', cell: (p, inner) => populationButton(inner, p.pre, 20), order: (p) => p.pre },
    { title: 'To', cell: (p, inner) => populationButton(inner, p.post, 20), order: (p) => p.post },
    { title: 'Connector', cell: (p) => shortText(p.connector, 48), order: (p) => p.connector },
    {
      title: 'Synapses',
      isNumber: true,
      cell: (p) => (p.n_synapses === null ? '–' : formatCount(p.n_synapses)),
      order: (p) => p.n_synapses,
    },
    { title: 'Sign', cell: (p) => p.sign, order: (p) => p.sign },
    { title: 'Weight', cell: (p) => shortText(p.weight, 32) },
    { title: 'Delay (ticks)', cell: (p) => shortText(p.delay, 32) },
  ];
  return sortableTable(scope, {
    id: 'table-projections',
    caption: 'Projections',
    columns,
    rows: projections,
    limit: 12,
  });
}
