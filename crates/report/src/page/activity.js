// The section of activity: raster, rates, traces and distributions.

/** The section. */
function buildActivity(scope, host) {
  const { activity } = app.report;
  host.append(...sectionWarnings(scope, 'activity'));
  const hasSpikes = activity.populations.length > 0;
  if (!hasSpikes && !activity.traces.length) {
    host.append(
      emptyState('Nothing was recorded: record spikes of a population to see a raster, or v to see voltages.'),
    );
    return;
  }
  host.append(timeControls(scope, 'time'));
  if (hasSpikes) {
    const plots = make('div');
    host.append(activityKey(scope, plots), plots);
    buildRaster(scope, plots);
    buildRates(scope, plots);
  } else host.append(emptyState('No spikes were recorded: record spikes to see a raster.'));
  host.append(make('h3', {}, 'State variables'));
  buildTraces(scope, host);
  host.append(make('h3', {}, 'Spike statistics'));
  if (hasSpikes) buildDistributions(scope, host);
  else host.append(emptyState('No spikes were recorded: record spikes to see rates, intervals and correlations.'));
}

/** Names of the bands as buttons: the canvas has no place for long ones. */
function activityKey(scope, plots) {
  const shown = app.report.activity.populations;
  const buttons = shown.slice(0, 60).map((entry) => make('li', {}, populationButton(scope, entry.population, 20)));
  const rest = shown.length > 60 ? make('li', {}, `and ${formatCount(shown.length - 60)} more`) : null;
  const alone = makeCheck('raster-alone', 'only the chosen population', rasterView.isAlone, (isOn) => {
    rasterView.isAlone = isOn;
    emit('range');
  });
  const key = make('ul', { class: 'key buttons-key', 'aria-label': 'Recorded populations' }, buttons, rest);
  return make(
    'div',
    { class: 'key-row' },
    shown.length > 14
      ? make('details', {}, make('summary', {}, counted(shown.length, 'recorded population')), key)
      : key,
    alone,
  );
}
