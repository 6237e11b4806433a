// What all sections share: the report, the chosen population, the stretch of time shown, and who wants to hear of changes.

/** The one state of the page. `selection` is a population's place or null; `range` is [first, past last] tick or null for all. */
const app = { report: null, selection: null, range: null };
const listeners = new Map();

/** Calls `hear` on every `event` until the returned function is called. */
function listen(event, hear) {
  if (!listeners.has(event)) listeners.set(event, new Set());
  listeners.get(event).add(hear);
  return () => listeners.get(event).delete(hear);
}

/** Tells everybody who listens. */
function emit(event, ...values) {
  for (const hear of [...(listeners.get(event) || [])]) hear(...values);
}

/** What a section holds on to, so that it can let go when it is drawn anew. */
function makeScope() {
  const ends = [];
  return {
    listen: (event, hear) => ends.push(listen(event, hear)),
    keep: (end) => ends.push(end),
    end: () => ends.splice(0).forEach((end) => end()),
  };
}

/** Populations of the report. */
function populations() {
  return app.report.network.populations;
}

/** Name of a population in one line. */
function populationName(index, max = 32) {
  const population = populations()[index];
  return population ? cut(population.name, max) || `population ${index}` : `population ${index}`;
}

/** Chooses a population everywhere; choosing it again, or `null`, lets it go. */
function choosePopulation(index) {
  const isKnown = index !== null && index >= 0 && index < populations().length;
  app.selection = isKnown && index !== app.selection ? index : null;
  writeHash();
  emit('selection');
  announce(app.selection === null ? 'No population is chosen' : `Chosen: ${isolated(populationName(app.selection))}`);
}

/** The address keeps the choice; it is a comfort, and some places that show files forbid it. */
function writeHash() {
  const hash = app.selection === null ? '#' : `#population=${app.selection}`;
  try {
    history.replaceState(null, '', hash);
  } catch {
    // Nothing is lost but the comfort.
  }
}

/** Takes the choice from the address. */
function readHash() {
  const found = /^#population=(\d{1,9})$/.exec(location.hash);
  const index = found ? Number(found[1]) : null;
  if (index !== null && index < populations().length && index !== app.selection) {
    app.selection = index;
    emit('selection');
  }
}

/** First and past-last tick of everything that has a time axis. */
function fullRange() {
  const { activity, time } = app.report;
  const ranges = [activity.ticks, time && time.ticks].filter((range) => range && range.end > range.start);
  if (!ranges.length) return [0, 1];
  return [Math.min(...ranges.map((range) => range.start)), Math.max(...ranges.map((range) => range.end))];
}

/** The stretch of time shown, in ticks. */
function shownRange() {
  return app.range || fullRange();
}

/** Shows another stretch of time, at least a few ticks of it and never beyond the ends. */
function setRange(start, end) {
  const [first, last] = fullRange();
  const width = clamp(end - start, Math.min(4, last - first), last - first);
  const from = clamp(start, first, last - width);
  app.range = width >= last - first ? null : [from, from + width];
  emit('range');
}

/** Tells readers of the screen what has happened. */
function announce(text) {
  const region = document.getElementById('announcer');
  if (region) region.textContent = text;
}
