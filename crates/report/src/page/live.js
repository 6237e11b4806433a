// A run that goes on: the page asks its own address for newer data. Finished reports never ask anybody.

const POLL_MS = 1000;
const RETRY_MS = 2500;

/** Follows the run until it is over or somebody says stop. */
function followRun(host) {
  const state = { isFollowing: true, timer: 0 };
  const words = make('span', { id: 'live-words', role: 'status' });
  const progress = make('progress', { id: 'live-progress', max: '1', 'aria-label': 'Progress of the run' });
  const stop = makeButton('live-stop', 'Stop following', 'Stop following', () => toggleFollowing(state, show));
  const bar = make('div', { class: 'live', role: 'region', 'aria-label': 'Run' }, words, progress, stop);
  const show = (note = '') => {
    const { live } = app.report;
    if (live) showProgress(words, progress, live, note);
    stop.textContent = state.isFollowing ? 'Stop following' : 'Follow';
    stop.hidden = !live || live.is_done;
  };
  state.poll = () => pollRun(state, show);
  host.append(bar);
  show();
  if (!app.report.live.is_done) state.timer = setTimeout(state.poll, POLL_MS);
}

function showProgress(words, progress, live, note) {
  const text = live.is_done
    ? `The run is over: ${formatCount(live.tick)} ticks.`
    : `Tick ${formatCount(live.tick)} of ${formatCount(live.of)}${note ? `. ${note}` : ''}`;
  // Only said when it changes, so that nobody has to listen to the same twice.
  if (words.textContent !== text) words.textContent = text;
  progress.value = live.of ? live.tick / live.of : 0;
}

function toggleFollowing(state, show) {
  state.isFollowing = !state.isFollowing;
  clearTimeout(state.timer);
  show(state.isFollowing ? '' : 'Not followed any more; the run goes on.');
  if (state.isFollowing) state.poll();
}

async function pollRun(state, show) {
  let wait = POLL_MS;
  try {
    const answer = await fetch('data.json', { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const report = await answer.json();
    if (!state.isFollowing) return;
    // A finished report has no live part: what was known last says how far the run came.
    const last = app.report.live;
    takeReport(report);
    if (!app.report.live) app.report.live = { tick: last.of, of: last.of, is_done: true };
    show();
    if (app.report.live.is_done) return;
  } catch {
    if (!state.isFollowing) return;
    show('The connection is lost; this page keeps what it has and goes on trying.');
    wait = RETRY_MS;
  }
  state.timer = setTimeout(state.poll, wait);
}
