// What is known of a thing on the machine, in words, and the table that says what the map shows.

/** Populations named before the rest is only counted. */
const MAX_NAMED = 10;
const MAX_TABLE_ROWS = 200;

/** PEs in use within an item and their populations, counted once. */
function itemContents(model, item) {
  const key = `contents|${item.level}|${item.index}|${item.chip}`;
  if (!model.folded.has(key)) {
    const pes = pesOfItem(model, item);
    const tally = new Map();
    for (const pe of pes) {
      const population = model.pes.population[pe];
      tally.set(population, (tally.get(population) || 0) + 1);
    }
    const ranked = [...tally].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    model.folded.set(key, { nPes: pes.length, populations: ranked, onlyPe: pes.length === 1 ? pes[0] : -1 });
  }
  return model.folded.get(key);
}

/** Fills the panel beside the map. */
function fillDetails(scope, panel, view, item) {
  const { model } = view;
  panel.classList.toggle('is-hint', !item);
  if (!item) {
    const hint = 'Point at the map, or give it the keyboard: arrows move, Enter goes in, Escape goes out.';
    panel.replaceChildren(make('h3', {}, 'What is there'), make('p', { class: 'quiet' }, hint));
    return;
  }
  const contents = itemContents(model, item);
  const rows = [...placeRows(model, item), ...contentRows(model, item, contents), ...metricRows(model, item)];
  const list = make(
    'dl',
    { class: 'details' },
    rows.map(([term, value]) => make('div', {}, make('dt', {}, term), make('dd', {}, value))),
  );
  panel.replaceChildren(make('h3', {}, itemName(model, item)), list, populationList(scope, model, item, contents));
}

/** Where it lies in what. */
function placeRows(model, item) {
  const rows = [];
  if (item.level === 'pe') rows.push(['core', String(coreOfItem(model, item))]);
  for (let above = parentItem(model, item); above; above = parentItem(model, above)) {
    rows.push([
      LEVEL_WORDS[above.level][0],
      itemName(model, above)
        .replace(/^(chip|board|frame|rack) /, '')
        .replace(/^QuadPE (\(.*?\)).*/, '$1'),
    ]);
  }
  if (item.chip >= 0 && model.board.length && !model.levels.includes('board'))
    rows.push(['board', String(model.board[item.chip])]);
  return rows;
}

function contentRows(model, item, contents) {
  if (item.level === 'pe') return [];
  if (item.chip >= 0) {
    const room =
      item.level === 'chip'
        ? applicationCores(model, item.chip)
        : cellsOfQuad(model, item.index).filter((cell) => model.coreAt[cell] >= 0).length;
    return [['PEs in use', `${formatCount(contents.nPes)} of ${formatCount(room)}`]];
  }
  const groups = model.groups[item.level];
  const nChips = groups.start[item.index + 1] - groups.start[item.index];
  return [
    ['chips', formatCount(nChips)],
    ['PEs in use', formatCount(contents.nPes)],
  ];
}

/** Every metric at the item's level, with its part of the limit. */
function metricRows(model, item) {
  const { map } = model;
  const lists =
    item.level === 'pe' || item.level === 'quad'
      ? [['pe', map.pe_metrics]]
      : [
          ['pe', map.pe_metrics],
          ['chip', map.chip_metrics],
          ['link', map.link_metrics],
        ];
  const rows = [];
  for (const [of, metrics] of lists) {
    for (const metric of metrics) {
      const { value, limit } = itemValue(model, `${of}:${metric.key}`, item);
      if (Number.isNaN(value)) continue;
      rows.push([metricTerm(of, metric, item), withLimit(value, limit, metric.unit)]);
    }
  }
  return item.level === 'chip' ? rows.concat(linkRows(model, item.chip)) : rows;
}

function metricTerm(of, metric, item) {
  const fold = metric.fold === 'max' ? ', highest' : ', sum';
  const isFolded = MACHINE_LEVELS.indexOf(item.level) < MACHINE_LEVELS.indexOf(finestLevel(of)) || of === 'link';
  return `${of === 'link' ? 'links: ' : ''}${cut(metric.label, 40)}${isFolded ? fold : ''}`;
}

function withLimit(value, limit, unit) {
  if (limit === null || !(limit > 0)) return formatQuantity(value, unit);
  const over = value > limit ? ', over the limit' : '';
  if (unit.startsWith('%')) return `${formatQuantity(value, unit)} (limit ${formatNumber(limit)} %${over})`;
  return `${formatQuantity(value, unit)} (${formatPercent(value / limit)} of ${formatQuantity(limit, unit)}${over})`;
}

/** Traffic of each link that leaves a chip. */
function linkRows(model, chip) {
  const metric = model.map.link_metrics[0];
  if (!metric) return [];
  const values = unpack(metric.values);
  const links = model.chipLinks.subarray(model.linkStart[chip], model.linkStart[chip + 1]);
  return Array.from(links, (link) => [
    `link ${LINK_WORDS[model.links.direction[link]]}`,
    withLimit(values[link], metric.limit, metric.unit),
  ]);
}

function populationList(scope, model, item, contents) {
  if (!contents.nPes)
    return make('p', { class: 'quiet' }, item.level === 'pe' ? 'Not in use.' : 'Nothing of the network is here.');
  const shown = contents.populations.slice(0, MAX_NAMED);
  const items = shown.map(([population, n]) =>
    make('li', {}, populationButton(scope, population, 24), ' ', partWords(model, item, contents, n)),
  );
  const rest = contents.populations.length - shown.length;
  if (rest > 0) items.push(make('li', {}, `and ${counted(rest, 'other population')}`));
  return make('ul', { class: 'plain' }, items);
}

function partWords(model, item, contents, n) {
  if (contents.onlyPe < 0) return counted(n, 'PE');
  const { lo, hi } = model.pes;
  return `atoms ${formatCount(lo[contents.onlyPe])} to ${formatCount(hi[contents.onlyPe] - 1)}`;
}

/** One line about an item for readers of the screen. */
function itemSentence(view, item) {
  const { model, choice } = view;
  const { of, metric } = chosenMetric(model.map, choice);
  const contents = itemContents(model, item);
  const parts = [itemName(model, item)];
  if (contents.onlyPe >= 0 && item.level === 'pe') {
    const pe = contents.onlyPe;
    parts.push(
      `${isolated(populationName(model.pes.population[pe]))}, atoms ${model.pes.lo[pe]} to ${model.pes.hi[pe] - 1}`,
    );
  } else {
    parts.push(contents.nPes ? counted(contents.nPes, 'PE in use', 'PEs in use') : 'not in use');
  }
  const { value, limit } = itemValue(model, choice, item);
  if (metric && !Number.isNaN(value))
    parts.push(
      `${cut(metric.label, 40)}${of === 'chip' && item.chip >= 0 && item.level !== 'chip' ? ' of the chip' : ''} ${withLimit(value, limit, metric.unit)}`,
    );
  return parts.join(', ');
}

/** The map as a table: the things with most of the chosen metric. */
function machineTable(scope, view) {
  const { model, choice } = view;
  const { of, metric } = chosenMetric(model.map, choice);
  const n = { pe: model.nPes, population: model.nPes, chip: model.nChips, link: model.links.from.length }[of];
  const rows = topPlaces(metric ? unpack(metric.values) : null, n);
  const noun = { pe: 'PEs', population: 'PEs', chip: 'chips', link: 'links' }[of];
  const by = metric ? ` with the highest values of ${cut(metric.label, 40)}` : '';
  const caption =
    n > rows.length
      ? `${formatCount(rows.length)} of ${formatCount(n)} ${noun}${by}`
      : `All ${formatCount(n)} ${noun} in use`;
  const columns = { pe: peColumns, population: peColumns, chip: chipColumns, link: linkColumns }[of](model);
  const population = of === 'pe' || of === 'population' ? (pe) => model.pes.population[pe] : undefined;
  return sortableTable(scope, { id: 'table-machine', caption, columns, rows, limit: 12, population });
}

/** Places of the largest values; the first places where there are no values. */
function topPlaces(values, n) {
  const places = Array.from({ length: n }, (_, i) => i);
  if (!values) return places.slice(0, MAX_TABLE_ROWS);
  if (n > 5000) {
    // Sorting millions only to show two hundred would be felt.
    const threshold = Float64Array.from(values).sort()[n - MAX_TABLE_ROWS];
    const large = places.filter((i) => values[i] >= threshold);
    return large.sort((a, b) => values[b] - values[a] || a - b).slice(0, MAX_TABLE_ROWS);
  }
  return places.sort((a, b) => values[b] - values[a] || a - b).slice(0, MAX_TABLE_ROWS);
}

function metricColumns(metrics) {
  return metrics.map((metric) => {
    const values = unpack(metric.values);
    const order = (i) => values[i];
    return { title: cut(metric.label, 40), isNumber: true, cell: (i) => withShortLimit(values[i], metric), order };
  });
}

function withShortLimit(value, metric) {
  const text = formatQuantity(value, metric.unit);
  return metric.limit && !metric.unit.startsWith('%') ? `${text} (${formatPercent(value / metric.limit)})` : text;
}

function peColumns(model) {
  const { chip, core, population, lo, hi } = model.pes;
  return [
    { title: 'Chip (x, y)', cell: (pe) => `${model.x[chip[pe]]}, ${model.y[chip[pe]]}`, order: (pe) => chip[pe] },
    { title: 'Core', isNumber: true, cell: (pe) => String(core[pe]), order: (pe) => core[pe] },
    {
      title: 'Population',
      cell: (pe, inner) => populationButton(inner, population[pe], 24),
      order: (pe) => population[pe],
    },
    { title: 'Atoms', cell: (pe) => `${formatCount(lo[pe])} to ${formatCount(hi[pe] - 1)}`, order: (pe) => lo[pe] },
    ...metricColumns(model.map.pe_metrics),
  ];
}

function chipColumns(model) {
  return [
    { title: 'Chip (x, y)', cell: (i) => `${model.x[i]}, ${model.y[i]}`, order: (i) => i },
    {
      title: 'PEs in use',
      isNumber: true,
      cell: (i) => formatCount(pesOnChip(model, i).length),
      order: (i) => pesOnChip(model, i).length,
    },
    ...metricColumns(model.map.chip_metrics),
  ];
}

function linkColumns(model) {
  const { from, direction } = model.links;
  return [
    { title: 'From chip (x, y)', cell: (i) => `${model.x[from[i]]}, ${model.y[from[i]]}`, order: (i) => from[i] },
    { title: 'Direction', cell: (i) => LINK_WORDS[direction[i]], order: (i) => direction[i] },
    ...metricColumns(model.map.link_metrics),
  ];
}
