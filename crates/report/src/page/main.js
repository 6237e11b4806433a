// The page: its bar, its sections, and when they are drawn.

const SECTION_BUILDERS = {
  summary: buildSummary,
  network: buildNetwork,
  machine: buildMachine,
  activity: buildActivity,
  time: buildTimeUse,
  energy: buildEnergy,
};
/** By name: the section's host element, its scope, and the data that it was drawn from. */
const sections = new Map();

/** Reads the report and builds the page around it. */
function startPage() {
  app.report = JSON.parse(document.getElementById('report-data').textContent);
  document.title = `${cut(app.report.title, 80)} – gennaker report`;
  const main = make('main', { id: 'content', tabindex: '-1' });
  document.body.append(
    make('a', { class: 'skip', href: '#content', onclick: jump }, 'Skip to the report'),
    pageHeader(),
    pageBar(),
    main,
    pageFooter(),
    make('div', { id: 'announcer', class: 'unseen', 'aria-live': 'polite', role: 'status' }),
  );
  for (const name of Object.keys(SECTION_BUILDERS)) main.append(sectionFrame(name));
  readHash();
  addEventListener('hashchange', readHash);
  watchTheme();
  watchPrinting();
  drawSection('summary');
  drawWhenIdle(Object.keys(SECTION_BUILDERS));
  if (app.report.live) followRun(document.getElementById('live-place'));
}

function pageHeader() {
  const { title, subtitle } = app.report;
  return make(
    'header',
    { class: 'page-header' },
    make('h1', {}, shortText(title || 'Report', 80)),
    subtitle ? make('p', { class: 'subtitle' }, shortText(subtitle, 300)) : null,
    make('div', { id: 'live-place' }),
  );
}

function pageFooter() {
  return make('footer', {}, shortText(app.report.generator || 'gennaker', 120));
}

/** The bar that stays: where to go, which population, light or dark. */
function pageBar() {
  const links = Object.entries(SECTION_TITLES).map(([name, title]) =>
    make('li', {}, make('a', { href: `#${name}`, onclick: jump }, title)),
  );
  return make(
    'div',
    { class: 'bar', role: 'region', 'aria-label': 'Tools' },
    make('nav', { 'aria-label': 'Sections' }, make('ul', {}, links)),
    make('div', { class: 'bar-tools' }, make('span', { id: 'population-place' }, populationSelect()), themeButton()),
  );
}

function populationSelect() {
  const options = [
    ['', 'none'],
    ...populations().map((_, index) => [String(index), `${index} · ${isolated(populationName(index, 28))}`]),
  ];
  const field = makeSelect(
    'population',
    'Population',
    [['', options]],
    app.selection === null ? '' : String(app.selection),
    (value) => {
      const index = value === '' ? null : Number(value);
      if (index !== app.selection) choosePopulation(index);
    },
  );
  return field;
}

function themeButton() {
  const button = makeButton('theme', '', '', () => setTheme(shownTheme() === 'dark' ? 'light' : 'dark'));
  const tell = () => {
    button.textContent = shownTheme() === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${shownTheme() === 'dark' ? 'light' : 'dark'} colours`);
  };
  tell();
  listen('theme', tell);
  return button;
}

function sectionFrame(name) {
  const body = make('div', { class: 'section-body' });
  const section = make(
    'section',
    { id: name, tabindex: '-1', 'aria-labelledby': `${name}-title` },
    make('h2', { id: `${name}-title` }, SECTION_TITLES[name]),
    body,
  );
  sections.set(name, { body, section, scope: null, drawnFrom: '' });
  return section;
}

/** What a section shows, to tell whether it changed. */
function sectionData(name) {
  const { report } = app;
  const part = { summary: [report.figures, report.warnings.length], time: [report.time, report.activity.tick_ms] }[
    name
  ];
  const warnings = report.warnings.filter((warning) => warning.section === name);
  return JSON.stringify([
    part === undefined ? report[name] : part,
    warnings,
    report.network.populations.map((node) => node.name),
  ]);
}

/** Draws a section, or draws it anew where data has changed. */
function drawSection(name) {
  const entry = sections.get(name);
  const focused = entry.body.contains(document.activeElement) ? document.activeElement.id : '';
  if (entry.scope) entry.scope.end();
  entry.scope = makeScope();
  // The height stays while the content is exchanged, so that the page does not jump under its reader.
  entry.body.style.minHeight = `${entry.body.offsetHeight}px`;
  entry.body.replaceChildren();
  SECTION_BUILDERS[name](entry.scope, entry.body);
  requestAnimationFrame(() => {
    entry.body.style.minHeight = '';
  });
  entry.isStale = false;
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
}

/** Draws one section after another, and lets the browser breathe between them. */
function drawWhenIdle(names) {
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 1));
  const next = names.find((name) => !sections.get(name).scope);
  if (!next) {
    document.documentElement.dataset.ready = 'true';
    return;
  }
  idle(
    () => {
      if (!sections.get(next).scope) drawSection(next);
      drawWhenIdle(names);
    },
    { timeout: 300 },
  );
}

/** Takes a newer report and draws what has changed. */
function takeReport(report) {
  const before = new Map([...sections.keys()].map((name) => [name, app.report && sectionData(name)]));
  app.report = report;
  if (app.selection !== null && app.selection >= populations().length) app.selection = null;
  if (app.range) app.range = app.range.map((tick) => clamp(tick, ...fullRange()));
  for (const name of sections.keys()) {
    if (sectionData(name) !== before.get(name)) sections.get(name).isStale = true;
  }
  const place = document.getElementById('population-place');
  if (sections.get('network').isStale && !place.contains(document.activeElement))
    place.replaceChildren(populationSelect());
  drawStale();
}

/** Sections in somebody's hands are left alone until the next time. */
function drawStale() {
  for (const [name, entry] of sections) {
    const isBusy = entry.body.contains(document.activeElement) && document.activeElement.tagName === 'SELECT';
    const isHeld = entry.body.querySelector(':active') !== null;
    if (entry.isStale && !isBusy && !isHeld) drawSection(name);
  }
}

/** Paper gets everything, in light colours. */
function watchPrinting() {
  let before;
  let isPrinting = false;
  addEventListener('beforeprint', () => {
    if (!isPrinting) before = document.documentElement.dataset.theme;
    isPrinting = true;
    for (const [name, entry] of sections) if (!entry.scope) drawSection(name);
    document.querySelectorAll('details').forEach((details) => details.setAttribute('open', ''));
    setTheme('light');
    emit('print');
  });
  addEventListener('afterprint', () => {
    isPrinting = false;
    setTheme(before);
  });
}

/** The population in the bar follows choices made elsewhere. */
listen('selection', () => {
  const select = document.getElementById('population');
  if (select) select.value = app.selection === null ? '' : String(app.selection);
});

startPage();
