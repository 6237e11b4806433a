// The numbers people quote, and what somebody should know.

const SEVERITIES = { problem: ['✕', 'Problem'], warning: ['!', 'Warning'], note: ['i', 'Note'] };
const SECTION_TITLES = {
  summary: 'Summary',
  network: 'Network',
  machine: 'Machine',
  activity: 'Activity',
  time: 'Time',
  energy: 'Energy',
};

/** The first section. */
function buildSummary(scope, host) {
  const { figures, warnings } = app.report;
  if (figures.length) host.append(make('dl', { class: 'figures' }, figures.map(figureCard)));
  else host.append(emptyState('Nothing has been counted yet: run the network to see its numbers.'));
  host.append(warningCounts(warnings));
  host.append(...sectionWarnings(scope, 'summary'));
}

function figureCard(figure) {
  const unit = figure.unit ? make('span', { class: 'unit' }, ` ${figure.unit}`) : null;
  const note = figure.note ? make('dd', { class: 'note' }, shortText(figure.note, 120)) : null;
  return make(
    'div',
    { class: 'figure' },
    make('dt', {}, shortText(figure.label, 48)),
    make('dd', { class: 'value' }, shortText(figure.value, 32), unit),
    note,
  );
}

/** How many warnings each section has, as links to them. */
function warningCounts(warnings) {
  if (!warnings.length) return make('p', { class: 'all-well' }, 'No warnings.');
  const links = Object.keys(SECTION_TITLES).map((section) => {
    const here = warnings.filter((warning) => warning.section === section);
    if (!here.length) return null;
    const kinds = Object.keys(SEVERITIES)
      .map((severity) => [severity, here.filter((warning) => warning.severity === severity).length])
      .filter(([, n]) => n)
      .map(([severity, n]) => severityBadge(severity, counted(n, SEVERITIES[severity][1].toLowerCase())));
    return make(
      'li',
      {},
      make('a', { href: `#${section}-warnings`, onclick: jump }, SECTION_TITLES[section]),
      ' ',
      kinds,
    );
  });
  return make(
    'div',
    { class: 'warning-counts' },
    make('h3', {}, counted(warnings.length, 'remark')),
    make('ul', {}, links),
  );
}

/** Goes to a place of the page without losing the chosen population from the address. */
function jump(event) {
  const target = document.getElementById(event.currentTarget.getAttribute('href').slice(1));
  if (!target) return;
  event.preventDefault();
  target.scrollIntoView({ block: 'start' });
  target.focus({ preventScroll: true });
}

function severityBadge(severity, text) {
  const [sign, word] = SEVERITIES[severity] || SEVERITIES.note;
  return make('span', { class: `badge ${severity}` }, make('span', { 'aria-hidden': 'true' }, sign), ' ', text || word);
}

/** The warnings of one section, worst first; no nodes if there are none. */
function sectionWarnings(scope, section) {
  const here = app.report.warnings.filter((warning) => warning.section === section);
  if (!here.length) return [];
  const view = tableView(`${section}-warnings`);
  const list = make('ul', {
    class: 'warnings',
    id: `${section}-warnings`,
    tabindex: '-1',
    'aria-label': `Remarks on ${section}`,
  });
  // Notes come last and are cut first: what they are about should stay on the screen.
  const n = clamp(here.filter((warning) => warning.severity !== 'note').length, 3, 8);
  const fill = () => {
    const shown = view.isLong ? here : here.slice(0, n);
    list.replaceChildren(...shown.map((warning) => warningItem(scope, warning)));
    if (here.length > shown.length)
      list.append(
        make(
          'li',
          { class: 'more-warnings' },
          make('button', { type: 'button', onclick: open }, `Show all ${here.length}`),
        ),
      );
  };
  const open = () => {
    view.isLong = true;
    fill();
  };
  fill();
  return [list];
}

function warningItem(scope, warning) {
  const isKnown = warning.population !== null && populations()[warning.population];
  const who = isKnown ? [' ', populationButton(scope, warning.population, 24)] : null;
  return make('li', {}, severityBadge(warning.severity), make('div', {}, shortText(warning.text, 400), who));
}
