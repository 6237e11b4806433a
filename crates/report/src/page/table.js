// Tables that sort by their columns and stay short until somebody asks for more.

/** Rows shown before somebody asks for more. */
const DEFAULT_ROWS = 60;

/**
 * @typedef {Object} Column
 * @property {string} title with the unit, if the cells do not carry it
 * @property {function(*, Object): (Node|string)} cell gets the row and a scope that ends when rows are made anew
 * @property {function(*): (number|string)} [order] what to sort by; without it the column does not sort
 * @property {boolean} [isNumber] set to the right
 */

/**
 * @param {Object} options
 * @param {string} options.id of the table
 * @param {string} options.caption
 * @param {Column[]} options.columns
 * @param {Array} options.rows
 * @param {number} [options.limit] rows shown at first
 * @param {function(*): ?number} [options.population] makes rows follow the chosen population
 * @param {boolean} [options.isByPopulation] there is one row for each: the chosen one is always shown
 */
function sortableTable(scope, options) {
  const { id, caption, columns, rows, limit = DEFAULT_ROWS } = options;
  const view = tableView(id);
  const body = make('tbody');
  const more = make('p', { class: 'table-more' });
  const heads = columns.map((column, k) => tableHead(column, k, view, () => fill()));
  const table = make('table', { id }, make('caption', {}, caption), make('thead', {}, make('tr', {}, heads)), body);
  let inner = makeScope();
  scope.keep(() => inner.end());
  const fill = () => {
    inner.end();
    inner = makeScope();
    const sorted = sortRows(rows, columns[view.column], view.isDown);
    const shown = view.isLong ? sorted : shortened(sorted, options);
    body.replaceChildren(...shown.map((row) => tableRow(inner, row, columns, options.population)));
    heads.forEach((head, k) => {
      const direction = view.isDown ? 'descending' : 'ascending';
      if (columns[k].order) head.setAttribute('aria-sort', k === view.column ? direction : 'none');
    });
    more.replaceChildren(...moreButton(rows.length, limit, view, fill));
    markRows(body);
  };
  fill();
  scope.listen('selection', () =>
    options.isByPopulation && rows.length > limit && !view.isLong ? fill() : markRows(body),
  );
  const region = make('div', { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': caption }, table);
  return make('div', { class: 'table-box' }, region, more);
}

/** The first rows, and the chosen population's if it would be missing. */
function shortened(rows, { limit = DEFAULT_ROWS, population, isByPopulation }) {
  const shown = rows.slice(0, limit);
  const own = isByPopulation ? rows.slice(limit).filter((row) => population(row) === app.selection) : [];
  return [...shown, ...own];
}

/** How each table is sorted, kept while a run goes on and tables are made anew. */
const tableViews = new Map();

function tableView(id) {
  if (!tableViews.has(id)) tableViews.set(id, { column: -1, isDown: true, isLong: false });
  return tableViews.get(id);
}

function tableHead(column, k, view, fill) {
  const attributes = { scope: 'col', class: column.isNumber ? 'number' : null };
  if (!column.order) return make('th', attributes, column.title);
  const sort = () => {
    view.isDown = view.column === k ? !view.isDown : Boolean(column.isNumber);
    view.column = k;
    fill();
  };
  return make('th', attributes, make('button', { type: 'button', class: 'sort', onclick: sort }, column.title));
}

function sortRows(rows, column, isDown) {
  if (!column || !column.order) return rows;
  const keyed = rows.map((row, place) => [column.order(row), place, row]);
  const sign = isDown ? -1 : 1;
  keyed.sort(([a, i], [b, k]) => {
    if (a === b) return i - k;
    // What is not known comes last, whichever way.
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return a < b ? -sign : sign;
  });
  return keyed.map(([, , row]) => row);
}

function tableRow(scope, row, columns, populationOf) {
  const cells = columns.map((column, k) =>
    make(
      k === 0 ? 'th' : 'td',
      { scope: k === 0 ? 'row' : null, class: column.isNumber ? 'number' : null },
      column.cell(row, scope),
    ),
  );
  const population = populationOf ? populationOf(row) : null;
  return make('tr', { 'data-population': population }, cells);
}

function moreButton(n, limit, view, fill) {
  if (n <= limit) return [];
  const toggle = () => {
    view.isLong = !view.isLong;
    fill();
  };
  const text = view.isLong ? `Show the first ${formatCount(limit)}` : `Show all ${formatCount(n)}`;
  return [make('button', { type: 'button', onclick: toggle }, text)];
}

function markRows(body) {
  for (const row of body.rows) {
    const isChosen = app.selection !== null && row.dataset.population === String(app.selection);
    row.classList.toggle('chosen', isChosen);
  }
}

/** A button with a population's colour and name that chooses it. */
function populationButton(scope, index, max = 30) {
  const label = make('bdi', {}, populationName(index, max));
  const button = make(
    'button',
    { type: 'button', class: 'population', onclick: () => choosePopulation(index) },
    swatch(index),
    label,
  );
  const mark = () => button.setAttribute('aria-pressed', String(app.selection === index));
  mark();
  scope.listen('selection', mark);
  const population = populations()[index];
  if (!population || cut(population.name, max) === population.name) return button;
  const open = () => openFullText(`Full name, ${formatCount(population.name.length)} characters`, population.name);
  const more = make(
    'button',
    {
      type: 'button',
      class: 'more',
      'aria-label': `Full name of ${isolated(populationName(index, 24))}`,
      onclick: open,
    },
    'full',
  );
  return make('span', { class: 'population-name' }, button, more);
}
