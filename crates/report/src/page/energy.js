// Where the energy goes.

/** The section of energy. */
function buildEnergy(scope, host) {
  const { energy } = app.report;
  host.append(...sectionWarnings(scope, 'energy'));
  if (!energy || !energy.parts.length) {
    host.append(
      emptyState('No energy was accounted: map the network to a machine and run it to see where the energy goes.'),
    );
    return;
  }
  const total = energy.total_j;
  host.append(
    make(
      'p',
      { class: 'lead' },
      make('strong', {}, formatQuantity(total, 'J')),
      ' in all, on average ',
      make('strong', {}, formatQuantity(energy.power_w, 'W')),
      '.',
    ),
    make('p', { class: 'caveat' }, shortText(energy.caveat, 600)),
    energyBar(energy),
    energyTable(scope, energy),
  );
}

function energyGroups(parts) {
  const groups = new Map();
  for (const part of parts) groups.set(part.group, (groups.get(part.group) || 0) + Math.max(0, part.joule));
  // A group has its colour by its place in the account, the same in every run and in the pictures of `gennaker plot`.
  return [...groups].map(([name, joule], colour) => ({ name, joule, colour })).sort((a, b) => b.joule - a.joule);
}

/** One bar for groups; names and parts stand below, so that colours never speak alone. */
function energyBar(energy) {
  const groups = energyGroups(energy.parts);
  const sum = groups.reduce((all, { joule }) => all + joule, 0) || 1;
  let x = 0;
  const bars = groups.map(({ joule, colour }) => {
    const width = (100 * joule) / sum;
    const bar = makeSvg('rect', { class: `population-${colour % N_POPULATION_COLOURS}`, x, y: 0, width, height: 10 });
    x += width;
    return bar;
  });
  const key = groups.map(({ name, joule, colour }) =>
    make('li', {}, swatch(colour), shortText(name, 40), ` ${formatPercent(joule / sum)}, ${formatQuantity(joule, 'J')}`),
  );
  const svg = makeSvg(
    'svg',
    { class: 'energy-bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    bars,
  );
  return make('div', {}, svg, make('ul', { class: 'key', 'aria-label': 'Energy by group' }, key));
}

function energyTable(scope, energy) {
  const colours = new Map(energyGroups(energy.parts).map(({ name, colour }) => [name, colour]));
  const sum = energy.parts.reduce((all, part) => all + Math.max(0, part.joule), 0) || 1;
  const rows = [...energy.parts].sort((a, b) => b.joule - a.joule);
  const columns = [
    { title: 'Part', cell: (part) => shortText(part.label || part.key, 48), order: (part) => part.label },
    {
      title: 'Group',
      cell: (part) => [swatch(colours.get(part.group)), shortText(part.group, 32)],
      order: (part) => part.group,
    },
    { title: 'Energy', isNumber: true, cell: (part) => formatQuantity(part.joule, 'J'), order: (part) => part.joule },
    { title: 'Share', isNumber: true, cell: (part) => formatPercent(part.joule / sum), order: (part) => part.joule },
    { title: 'Share as a bar', cell: (part) => shareBar(part.joule / sum, colours.get(part.group)) },
  ];
  return sortableTable(scope, { id: 'table-energy', caption: 'Energy by part', columns, rows, limit: 40 });
}

function shareBar(part, colour) {
  const rect = makeSvg('rect', {
    class: `population-${colour % N_POPULATION_COLOURS}`,
    width: clamp(100 * part, 0, 100),
    height: 10,
  });
  return makeSvg(
    'svg',
    { class: 'share', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    rect,
  );
}
