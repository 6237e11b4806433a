// Values for every level: what a QuadPE, a chip, a board, a frame or a rack has, from what its parts have.

/** All that the map can be coloured by: `[group, [[key, text], ...]]`. */
function machineChoices(map) {
  const list = (prefix, metrics) =>
    metrics.map((metric) => [
      `${prefix}:${metric.key}`,
      metric.unit ? `${cut(metric.label, 40)} (${metric.unit})` : cut(metric.label, 40),
    ]);
  return [
    ['Populations', [['population', 'population']]],
    ['PEs', list('pe', map.pe_metrics)],
    ['Chips', list('chip', map.chip_metrics)],
    ['Links', list('link', map.link_metrics)],
  ].filter(([, options]) => options.length);
}

/** The metric that a choice names: `{of, metric}`; `metric` is null for populations. */
function chosenMetric(map, choice) {
  const [of, ...rest] = choice.split(':');
  const key = rest.join(':');
  const lists = { pe: map.pe_metrics, chip: map.chip_metrics, link: map.link_metrics };
  const metric = lists[of] && lists[of].find((metric) => metric.key === key);
  return metric ? { of, metric } : { of: 'population', metric: null };
}

/** The smallest level that a metric has values at. */
function finestLevel(of) {
  return of === 'chip' || of === 'link' ? 'chip' : 'pe';
}

/**
 * Values of all things of a level, with what colours need.
 * @returns {{values: Float64Array, low: number, high: number, limitOf: function(number): ?number}} NaN stands for nothing there
 */
function levelValues(model, choice, level) {
  const key = `${choice}|${level}`;
  if (!model.folded.has(key)) model.folded.set(key, foldLevel(model, choice, level));
  return model.folded.get(key);
}

function foldLevel(model, choice, level) {
  const { of, metric } = chosenMetric(model.map, choice);
  if (!metric) return { values: dominantPopulations(model, level), low: 0, high: 0, limitOf: () => null };
  const source = unpack(metric.values);
  const values = foldValues(model, of, source, level, metric.fold === 'max');
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value > high) high = value;
    if (value > 0 && value < low) low = value;
  }
  return {
    values,
    low: Number.isFinite(low) ? low : 0,
    high: Math.max(high, 0),
    limitOf: levelLimit(model, of, metric, level),
  };
}

function foldValues(model, of, source, level, isMax) {
  if (level === finestLevel(of) && of !== 'link') return Float64Array.from(source);
  if (level === 'quad')
    return foldInto(model.nChips * model.quadColumns * model.quadRows, source, (pe) => quadOfPe(model, pe), isMax);
  const chipOf = { pe: model.pes.chip, link: model.links.from }[of];
  const ofChip = chipOf ? foldInto(model.nChips, source, (i) => chipOf[i], isMax) : Float64Array.from(source);
  if (level === 'chip') return ofChip;
  const groups = model.groups[level];
  return foldInto(groups.n, ofChip, (chip) => groups.ofChip[chip], isMax);
}

function foldInto(n, source, placeOf, isMax) {
  const folded = new Float64Array(n).fill(NaN);
  for (let i = 0; i < source.length; i += 1) {
    const place = placeOf(i);
    const value = source[i];
    if (place < 0 || place >= n || Number.isNaN(value)) continue;
    if (Number.isNaN(folded[place])) folded[place] = value;
    else folded[place] = isMax ? Math.max(folded[place], value) : folded[place] + value;
  }
  return folded;
}

/** QuadPE of a PE among all QuadPEs of the machine, or -1 if it has no place on the grid. */
function quadOfPe(model, pe) {
  const cell = model.cellOfCore[model.pes.core[pe]];
  if (cell === undefined || cell < 0) return -1;
  return model.pes.chip[pe] * model.quadColumns * model.quadRows + quadOfCell(model, cell);
}

/** Where the hardware ends for a thing of this level: a sum over PEs may be as large as all PEs' limits together. */
function levelLimit(model, of, metric, level) {
  if (metric.limit === null || metric.limit === undefined) return () => null;
  if (metric.fold === 'max' || level === finestLevel(of))
    return of === 'link' && metric.fold !== 'max' ? () => null : () => metric.limit;
  if (of === 'link') return () => null;
  const perChip = (chip) => (of === 'pe' ? metric.limit * applicationCores(model, chip) : metric.limit);
  if (level === 'quad') return () => 4 * metric.limit;
  if (level === 'chip') return perChip;
  const groups = model.groups[level];
  const known = new Float64Array(groups.n);
  for (let chip = 0; chip < model.nChips; chip += 1) known[groups.ofChip[chip]] += perChip(chip);
  return (group) => known[group];
}

/** The population with the most PEs in each thing of a level; NaN where there is none. */
function dominantPopulations(model, level) {
  if (level === 'pe') return Float64Array.from(model.pes.population);
  const [n, placeOf] = placesOfPes(model, level);
  const [start, members] = groupBy(
    Uint32Array.from({ length: model.nPes }, (_, pe) => {
      const place = placeOf(pe);
      return place < 0 ? n : place;
    }),
    n,
  );
  const values = new Float64Array(n).fill(NaN);
  for (let i = 0; i < n; i += 1) {
    if (start[i + 1] > start[i]) values[i] = mostCommon(members.subarray(start[i], start[i + 1]), model.pes.population);
  }
  return values;
}

function placesOfPes(model, level) {
  if (level === 'quad') return [model.nChips * model.quadColumns * model.quadRows, (pe) => quadOfPe(model, pe)];
  if (level === 'chip') return [model.nChips, (pe) => model.pes.chip[pe]];
  const groups = model.groups[level];
  return [groups.n, (pe) => groups.ofChip[model.pes.chip[pe]]];
}

function mostCommon(members, valueOf) {
  const tally = new Map();
  let best = -1;
  let most = 0;
  for (const member of members) {
    const value = valueOf[member];
    const n = (tally.get(value) || 0) + 1;
    tally.set(value, n);
    if (n > most || (n === most && value < best)) [best, most] = [value, n];
  }
  return best;
}

/** Chips that hold a population, as one flag each. */
function chipsOfPopulation(model, population) {
  const key = `chips of ${population}`;
  if (!model.folded.has(key)) {
    const flags = new Uint8Array(model.nChips);
    for (let pe = 0; pe < model.nPes; pe += 1) {
      if (model.pes.population[pe] === population) flags[model.pes.chip[pe]] = 1;
    }
    model.folded.set(key, flags);
  }
  return model.folded.get(key);
}

/** QuadPEs that hold a population, among all of the machine. */
function quadsOfPopulation(model, population) {
  const key = `QuadPEs of ${population}`;
  if (!model.folded.has(key)) {
    const quads = new Set();
    for (let pe = 0; pe < model.nPes; pe += 1)
      if (model.pes.population[pe] === population) quads.add(quadOfPe(model, pe));
    model.folded.set(key, quads);
  }
  return model.folded.get(key);
}

/**
 * From values to places on the scale of shades.
 * @returns {function(number): number} 0 to 255
 */
function shader(folded, metric) {
  const { low, high } = folded;
  const last = N_HEAT_SHADES - 1;
  if (!(high > 0)) return () => 0;
  if (metric.shading === 'logarithmic' && low > 0 && high > low) {
    const span = Math.log(high / low);
    return (value) => (value <= 0 ? 0 : clamp(Math.round((last * Math.log(value / low)) / span), 0, last));
  }
  return (value) => clamp(Math.round((last * value) / high), 0, last);
}
