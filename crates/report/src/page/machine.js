// The section of the machine: the map, its key, what is at the cursor, and the table.

/** Outlives the drawing, so that a run that goes on does not lose its reader's place. */
const machineView = { camera: null, choice: 'population', levelChoice: 'auto', cursor: null, hasTree: true };

/** The section of the machine. */
function buildMachine(scope, host) {
  const { machine: map } = app.report;
  host.append(...sectionWarnings(scope, 'machine'));
  if (!map || !unpack(map.chips.x).length) {
    host.append(emptyState('The network was not mapped: give a machine (for example a board) to see where it lies.'));
    return;
  }
  const view = makeMachineView(map);
  host.append(make('p', { class: 'lead' }, shortText(`${map.name}: ${map.words}`, 240)));
  const panel = make('div', { class: 'panel', id: 'machine-details' });
  const legend = make('div', { class: 'legend', id: 'machine-legend' });
  const tableBox = make('div');
  const drawn = machineCanvas(scope, view);
  const controls = machineControls(scope, view, tableBox);
  host.append(
    controls,
    make('div', { class: 'machine-layout' }, make('div', { class: 'machine-map' }, drawn.box, legend), panel),
    tableBox,
  );
  wireMachine(scope, view, drawn, { panel, legend, tableBox });
}

function makeMachineView(map) {
  const model = machineModel(map);
  if (!machineView.camera) machineView.camera = makeCamera();
  const known = machineChoices(map).flatMap(([, options]) => options.map(([key]) => key));
  if (!known.includes(machineView.choice)) machineView.choice = known[0];
  const cursor = machineView.cursor;
  const isGone = cursor && (cursor.chip >= model.nChips || !model.levels.includes(cursor.level));
  return Object.assign(machineView, { model, hover: null, level: 'chip', cursor: isGone ? null : cursor });
}

function machineCanvas(scope, view) {
  const { model } = view;
  const height = (width) =>
    clamp((width * model.height) / model.width, Math.min(320, width), Math.max(360, 0.72 * window.innerHeight));
  const label = `Map of the machine, ${counted(model.nChips, 'chip')}. Arrows move, Enter goes in or chooses, Escape goes out, plus and minus magnify.`;
  const paint = (context, width, tall) => {
    setWindow(view.camera, model, width, tall);
    view.level = shownLevel(view);
    paintMachine(context, view);
    view.painted();
  };
  const drawn = paintedCanvas(scope, { id: 'machine-canvas', label, height, paint, isInteractive: true });
  drawn.canvas.classList.add('map');
  return drawn;
}

/** The level that somebody asked for, as long as its tiles are more than specks; else what fits. */
function shownLevel(view) {
  if (view.levelChoice !== 'auto' && view.model.levels.includes(view.levelChoice)) {
    const smallest = { quad: 16, pe: 30 }[view.levelChoice] || 0;
    if (view.camera.scale >= smallest) return view.levelChoice;
  }
  return levelByScale(view.camera, view.model, 'pe');
}

/** Connects the map with everything that follows it. */
function wireMachine(scope, view, drawn, parts) {
  let inner = makeScope();
  let detailed;
  const detail = () => {
    const item = view.hover || view.cursor;
    if (detailed !== undefined && sameItem(item, detailed)) return;
    detailed = item;
    inner.end();
    inner = makeScope();
    fillDetails(inner, parts.panel, view, item);
  };
  view.changed = () => {
    drawn.refresh();
    detail();
  };
  view.painted = () => fillLegend(parts.legend, view);
  view.pointAt = (item) => {
    if (sameItem(item, view.hover)) return;
    view.hover = item;
    view.changed();
  };
  view.moveTo = (item, isSpoken = false) => {
    view.cursor = item;
    view.hover = null;
    if (isSpoken && item) announce(itemSentence(view, item));
    view.changed();
  };
  listenToPointer(view, drawn.canvas);
  listenToKeys(view, drawn.canvas);
  scope.listen('selection', drawn.refresh);
  scope.keep(() => inner.end());
  detail();
}

/** What the map shows, and how close. */
function machineControls(scope, view, tableBox) {
  let inner = makeScope();
  const fillTable = () => {
    inner.end();
    inner = makeScope();
    tableBox.replaceChildren(machineTable(inner, view));
  };
  scope.keep(() => inner.end());
  const choose = (choice) => {
    view.choice = choice;
    fillTable();
    view.changed();
  };
  const setLevel = (level) => {
    view.levelChoice = level;
    view.changed();
  };
  const levels = [['auto', 'automatic'], ...view.model.levels.map((level) => [level, LEVEL_WORDS[level][1]])];
  const zoom = (factor) => () => {
    zoomAt(view.camera, view.model, factor, view.camera.width / 2, view.camera.height / 2);
    view.changed();
  };
  const whole = () => {
    showWhole(view.camera, view.model);
    view.changed();
  };
  const used = () => {
    showBox(view.camera, view.model, usedBox(view.model), 0.05);
    view.changed();
  };
  fillTable();
  return make(
    'div',
    { class: 'controls' },
    makeSelect('machine-metric', 'Colour by', machineChoices(view.model.map), view.choice, choose),
    makeSelect('machine-level', 'Tiles', [['', levels]], view.levelChoice, setLevel),
    treeControl(scope, view),
    make(
      'span',
      { class: 'buttons', role: 'group', 'aria-label': 'Magnification of the map' },
      makeButton('machine-in', '+', 'Magnify the map', zoom(1.6)),
      makeButton('machine-out', '−', 'Show more of the map', zoom(1 / 1.6)),
      makeButton('machine-whole', 'Whole machine', 'Whole machine', whole),
      makeButton('machine-used', 'Chips in use', 'Chips in use', used),
    ),
  );
}

/** Extent of all chips in use; of everything if none is. */
function usedBox(model) {
  const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (const chip of model.pes.chip) {
    box.left = Math.min(box.left, model.x[chip]);
    box.right = Math.max(box.right, model.x[chip] + 1);
    box.bottom = Math.min(box.bottom, model.y[chip]);
    box.top = Math.max(box.top, model.y[chip] + 1);
  }
  return model.nPes ? box : { left: 0, right: model.width, bottom: 0, top: model.height };
}

/** Switch for the multicast tree, with a sentence about the tree of the chosen population. */
function treeControl(scope, view) {
  const { model } = view;
  const words = make('span', { class: 'quiet', id: 'tree-words' });
  const tell = () => {
    const tree = app.selection === null ? null : treeOf(model, app.selection);
    if (app.selection === null) words.textContent = 'choose a population to see its tree';
    else if (!tree) words.textContent = 'the chosen population sends nothing';
    else words.textContent = `${counted(tree.links.n, 'link')} to ${counted(tree.targets.n, 'PE')}`;
  };
  tell();
  scope.listen('selection', tell);
  const toggle = (isOn) => {
    view.hasTree = isOn;
    view.changed();
  };
  return make('span', { class: 'field' }, makeCheck('machine-tree', 'Multicast tree', view.hasTree, toggle), words);
}

/** Key to the colours, with numbers. */
function fillLegend(legend, view) {
  const { of, metric } = chosenMetric(view.model.map, view.choice);
  const level = paintedLevel(view, of);
  const key = [view.choice, level, view.level].join('|');
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  const noun = LEVEL_WORDS[view.level][1];
  if (!metric) {
    const what = view.level === 'pe' ? 'PEs by population' : `${noun} by the population with the most PEs there`;
    legend.replaceChildren(make('span', {}, `Showing ${what}; empty tiles hold nothing of the network.`));
    return;
  }
  const isLinks = of === 'link' && view.camera.scale >= MIN_CHIP_PX;
  const folded = isLinks
    ? linkScale(view.model, view.choice, unpack(metric.values))
    : levelValues(view.model, view.choice, level);
  const title = `${cut(metric.label, 40)}${metric.unit ? ` in ${metric.unit}` : ''}, ${foldWords(metric, of, level, isLinks)}`;
  const blank = of === 'pe' ? [] : [make('span', { class: 'quiet' }, 'blank: 0')];
  legend.replaceChildren(
    make('span', {}, title),
    heatScale(folded, metric),
    ...blank,
    ...limitWords(metric, folded, of, level),
  );
}

function foldWords(metric, of, level, isLinks) {
  if (isLinks) return 'of each link';
  const isOwn = level === finestLevel(of) && of !== 'link';
  const name = LEVEL_WORDS[level][0];
  if (isOwn) return `of each ${name}`;
  return metric.fold === 'max' ? `largest in each ${name}` : `summed over each ${name}`;
}

function limitWords(metric, folded, of, level) {
  if (metric.limit === null || metric.limit === undefined) return [];
  const own = level === finestLevel(of) ? '' : ` per ${{ pe: 'PE', chip: 'chip', link: 'link' }[of]}`;
  return [
    make('span', {}, `limit ${formatQuantity(metric.limit, metric.unit)}${own}; what is beyond it is crossed out`),
  ];
}

/** The scale of shades with numbers at both ends and between. */
function heatScale(folded, metric) {
  const isLog = metric.shading === 'logarithmic' && folded.low > 0 && folded.high > folded.low;
  const low = isLog ? folded.low : 0;
  const middle = isLog ? Math.sqrt(folded.low * folded.high) : folded.high / 2;
  const stops = HEAT_STOPS.map((parts, i) =>
    makeSvg('stop', { offset: i / (HEAT_STOPS.length - 1), 'stop-color': cssColour(parts) }),
  );
  const bar = makeSvg(
    'svg',
    { class: 'heat', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    makeSvg('defs', {}, makeSvg('linearGradient', { id: 'heat-gradient' }, stops)),
    makeSvg('rect', { width: 100, height: 10, fill: 'url(#heat-gradient)' }),
  );
  const numbers = [low, middle, folded.high].map((value) => make('span', {}, formatQuantity(value, metric.unit)));
  return make(
    'span',
    { class: 'heat-scale' },
    bar,
    make('span', { class: 'heat-numbers' }, numbers),
    isLog ? make('span', { class: 'quiet' }, 'logarithmic') : null,
  );
}
