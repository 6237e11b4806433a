// The network as a drawing: populations are nodes, projections are arrows between them.

const NODE_COLUMN_PX = 150;
const NODE_ROW_PX = 84;
const GRAPH_MARGIN_PX = 62;
const GRAPH_TOP_PX = 48;
const GRAPH_BOTTOM_PX = 62;
const MAX_GRAPH_PX = 2400;
/** With more arrows than this only those of the chosen population are drawn in full ink. */
const MANY_EDGES = 80;
/** No more arrows than this are drawn at once, besides the chosen population's own. */
const MAX_EDGES = 1200;

/** The drawing. @returns {SVGElement} */
function networkGraph(scope, width) {
  const network = app.report.network;
  // Laid out in units of a sixteenth of the text's size, so that names grow with it on large screens.
  const unit = currentTheme().rem / 16;
  const size = graphSize(network.populations, width / unit);
  const places = network.populations.map((population) => nodePlace(population, size));
  const parallels = parallelPlaces(network.projections);
  const draw = (k) => ({ k, path: edgePath(network.projections[k], k, places, parallels[k]) });
  const edges = largestProjections(network.projections).map(draw);
  const own = makeSvg('g', { class: 'edges', 'aria-hidden': 'true' });
  const nodes = network.populations.map((population, k) => nodeShape(population, k, places[k]));
  const svg = makeSvg(
    'svg',
    {
      class: 'graph',
      width: size.width * unit,
      height: size.height * unit,
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: 'group',
      'aria-label': graphSentence(network),
    },
    makeSvg(
      'defs',
      {},
      arrowHead('excitatory', 'M0,0 L8,4 L0,8 z'),
      arrowHead('inhibitory', 'M4,0 h3 v8 h-3 z'),
      arrowHead('mixed', 'M0,4 L4,0 L8,4 L4,8 z'),
    ),
    makeSvg(
      'g',
      { class: 'edges', 'aria-hidden': 'true' },
      edges.map(({ path }) => path),
    ),
    own,
    makeSvg('g', { class: 'nodes' }, nodes),
  );
  if (network.projections.length > MANY_EDGES) svg.classList.add('many');
  const drawn = new Set(edges.map(({ k }) => k));
  const mark = () => {
    const missing = app.selection === null ? [] : ownProjections(network.projections).filter((k) => !drawn.has(k));
    const more = missing.map(draw);
    own.replaceChildren(...more.map(({ path }) => path));
    markGraph(svg, network, nodes, [...edges, ...more]);
  };
  mark();
  scope.listen('selection', mark);
  return svg;
}

function graphSentence(network) {
  return `Graph of ${counted(network.populations.length, 'population')} and ${counted(network.projections.length, 'projection')}; the tables below say the same`;
}

/** Places of the projections that are drawn without asking: all, or those with most synapses if there are very many. */
function largestProjections(projections) {
  const places = projections.map((_, k) => k);
  if (places.length <= MAX_EDGES) return places;
  return places
    .sort((a, b) => (projections[b].n_synapses || 0) - (projections[a].n_synapses || 0) || a - b)
    .slice(0, MAX_EDGES);
}

/** Places of the projections that the chosen population sends or hears. */
function ownProjections(projections) {
  return projections
    .map((_, k) => k)
    .filter((k) => projections[k].pre === app.selection || projections[k].post === app.selection);
}

/** Large enough that names of neighbours do not meet: they are apart either across or down. */
function graphSize(nodes, width) {
  // Those side by side decide how wide it is, the others then how high.
  const acrossGap = smallestGap(nodes, ([dx, dy]) => (dy < 1e-3 && dx > 1e-3 ? dx : Infinity));
  const inner = Math.max(width - 2 * GRAPH_MARGIN_PX, Math.min(MAX_GRAPH_PX, NODE_COLUMN_PX / acrossGap));
  const downGap = smallestGap(nodes, ([dx, dy]) => (dx * inner < NODE_COLUMN_PX && dy > 1e-3 ? dy : Infinity));
  return {
    width: inner + 2 * GRAPH_MARGIN_PX,
    height: clamp(
      GRAPH_TOP_PX + GRAPH_BOTTOM_PX + NODE_ROW_PX / downGap,
      Math.min(560, 150 + 34 * nodes.length),
      MAX_GRAPH_PX,
    ),
  };
}

/** The smallest of what `gap` says of the distance of two nodes. Of very many nodes the drawing is as large as it may be, whatever their gaps. */
function smallestGap(nodes, gap) {
  let least = Infinity;
  const some = nodes.slice(0, 1500);
  some.forEach(({ place: a }, i) => {
    for (let j = 0; j < i; j += 1) {
      const b = some[j].place;
      least = Math.min(least, gap([Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])]));
    }
  });
  return least;
}

function nodePlace(population, size) {
  const [x, y] = population.place.map((part) => (Number.isFinite(part) ? clamp(part, 0, 1) : 0.5));
  const radius = clamp(9 + 3.2 * Math.log10(Math.max(1, population.size)), 9, 28);
  return {
    x: GRAPH_MARGIN_PX + x * (size.width - 2 * GRAPH_MARGIN_PX),
    y: GRAPH_TOP_PX + y * (size.height - GRAPH_TOP_PX - GRAPH_BOTTOM_PX),
    radius,
  };
}

function nodeShape(population, k, place) {
  const { x, y, radius } = place;
  const box = { class: `population-${k % N_POPULATION_COLOURS}` };
  const shape = population.is_source
    ? makeSvg('rect', { ...box, x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius, rx: 3 })
    : makeSvg('circle', { ...box, cx: x, cy: y, r: radius });
  const words = `${isolated(cut(population.name, 80))}, ${counted(population.size, 'neuron')}, ${cut(population.model, 40)}`;
  const choose = () => choosePopulation(k);
  const press = (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
  return makeSvg(
    'g',
    {
      class: 'node',
      role: 'button',
      tabindex: '0',
      id: `node-${k}`,
      'aria-label': words,
      'aria-pressed': 'false',
      onclick: choose,
      onkeydown: press,
    },
    makeSvg('title', {}, cut(population.name, 400)),
    makeSvg('circle', { class: 'halo', cx: x, cy: y, r: radius + 6 }),
    shape,
    makeSvg(
      'text',
      { class: 'node-name', x, y: y + radius + 15, 'text-anchor': 'middle' },
      isolated(populationName(k, 18)),
    ),
    makeSvg(
      'text',
      { class: 'node-size', x, y: y + radius + 29, 'text-anchor': 'middle' },
      formatCount(population.size),
    ),
  );
}

function arrowHead(sign, shape) {
  const attributes = {
    id: `head-${sign}`,
    class: `head ${sign}`,
    markerWidth: 9,
    markerHeight: 8,
    refX: 8,
    refY: 4,
    orient: 'auto',
    markerUnits: 'userSpaceOnUse',
  };
  return makeSvg('marker', attributes, makeSvg('path', { d: shape }));
}

/** A bow from one node's rim to the other's, so that there and back do not lie on each other. */
function edgePath(projection, k, places, parallel) {
  const from = places[projection.pre];
  const to = places[projection.post];
  if (!from || !to) return makeSvg('g', {});
  const width = clamp(0.6 + 0.25 * Math.log10(1 + (projection.n_synapses || 0)), 1, 2.6);
  const attributes = {
    class: `edge ${projection.sign}`,
    d: from === to ? selfLoop(from, k) : bow(from, to, parallel),
    'stroke-width': width.toFixed(2),
    'marker-end': `url(#head-${projection.sign})`,
  };
  return makeSvg('path', attributes, makeSvg('title', {}, edgeWords(projection)));
}

/** Which of several projections between the same two populations each one is. */
function parallelPlaces(projections) {
  const seen = new Map();
  return projections.map(({ pre, post }) => {
    const key = `${pre} ${post}`;
    const place = seen.get(key) || 0;
    seen.set(key, place + 1);
    return place;
  });
}

function bow(from, to, place) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(0.16 * length, 48) + 14 * place;
  const middle = [(from.x + to.x) / 2 - (dy / length) * bend, (from.y + to.y) / 2 + (dx / length) * bend];
  const [x1, y1] = rim(from, middle, 1);
  const [x2, y2] = rim(to, middle, 3);
  return `M${x1},${y1} Q${middle[0].toFixed(1)},${middle[1].toFixed(1)} ${x2},${y2}`;
}

function rim(node, [x, y], gap) {
  const [dx, dy] = [x - node.x, y - node.y];
  const length = Math.hypot(dx, dy) || 1;
  const reach = node.radius + gap;
  return [(node.x + (dx / length) * reach).toFixed(1), (node.y + (dy / length) * reach).toFixed(1)];
}

function selfLoop(node, k) {
  const lean = (k % 2 ? 0.5 : 0) + 0.6;
  const [x1, y1] = [node.x - node.radius * 0.7, node.y - node.radius * 0.8];
  const [x2, y2] = [node.x + node.radius * 0.7, node.y - node.radius * 0.8 - 2];
  const top = node.y - node.radius * (2 + lean);
  return `M${x1.toFixed(1)},${y1.toFixed(1)} C${(x1 - 10).toFixed(1)},${top.toFixed(1)} ${(x2 + 10).toFixed(1)},${top.toFixed(1)} ${x2.toFixed(1)},${y2.toFixed(1)}`;
}

function edgeWords(projection) {
  const ends = `${isolated(populationName(projection.pre))} → ${isolated(populationName(projection.post))}`;
  const synapses = projection.n_synapses === null ? '' : `, ${counted(projection.n_synapses, 'synapse')}`;
  return `${ends}: ${cut(projection.connector, 80)}${synapses}, ${projection.sign}`;
}

/** The chosen population, what it sends and what it hears stand out. */
function markGraph(svg, network, nodes, edges) {
  const chosen = app.selection;
  svg.classList.toggle('has-choice', chosen !== null);
  const near = new Set([chosen]);
  for (const { k, path } of edges) {
    const { pre, post } = network.projections[k];
    const isNear = pre === chosen || post === chosen;
    path.classList.toggle('near', isNear);
    if (isNear) near.add(pre).add(post);
  }
  nodes.forEach((node, k) => {
    node.classList.toggle('near', near.has(k));
    node.classList.toggle('chosen', k === chosen);
    node.setAttribute('aria-pressed', String(k === chosen));
  });
}
