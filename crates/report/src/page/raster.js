// Spikes over time: a band for each population, a dot for each spike, or shades where they were counted on a grid.

const MIN_BAND_PX = 14;
/** With fewer spikes in sight than this each gets a mark of two pixels. */
const FEW_SPIKES = 20000;

/** What the raster shows: everything, or the chosen population alone. */
const rasterView = { isAlone: false };

/** Recorded populations in the order of their bands. */
function shownActivity() {
  const all = app.report.activity.populations;
  const alone = rasterView.isAlone && all.filter((entry) => entry.population === app.selection);
  return alone && alone.length ? alone : all;
}

/** The raster. */
function buildRaster(scope, host) {
  const n = app.report.activity.populations.length;
  timePlot(scope, host, {
    id: 'raster',
    title: 'Spikes',
    axis: 'neuron, by population',
    height: (width) => clamp(150 + 26 * n, width < 560 ? 240 : 300, 860) * (currentTheme().rem / 16),
    paintAxis: paintBands,
    paintBody: paintRaster,
    read: readRaster,
    click: (plot, px, py) => {
      const band = plot.bands.find(({ top, bottom }) => py >= top && py < bottom);
      if (band) choosePopulation(band.entry.population);
    },
  });
}

/** Bands as tall as their populations are large, but never too thin to be seen. */
function layOutBands(plot) {
  const shown = shownActivity();
  const room = plot.bottom - plot.top;
  const least = Math.min(MIN_BAND_PX, room / shown.length);
  const sizes = shown.map((entry) => Math.max(1, (populations()[entry.population] || { size: 1 }).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let top = plot.top;
  plot.bands = shown.map((entry, k) => {
    const height = least + ((room - least * shown.length) * sizes[k]) / total;
    const band = { entry, size: sizes[k], top, bottom: top + height };
    top += height;
    return band;
  });
}

function paintBands(plot) {
  layOutBands(plot);
  const { context, theme } = plot;
  context.font = canvasFont(0.72);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  let free = -Infinity;
  plot.bands.forEach(({ entry, top, bottom }, k) => {
    const middle = (top + bottom) / 2;
    const isChosen = entry.population === app.selection;
    context.fillStyle = k % 2 ? theme.surface : theme.sunken;
    context.fillRect(plot.left, top, plot.right - plot.left, bottom - top);
    context.fillStyle = populationColour(entry.population);
    context.fillRect(plot.left - 4, top + 1, 3, bottom - top - 2);
    if (middle - free < 0.8 * theme.rem && !isChosen) return;
    free = middle;
    context.fillStyle = isChosen ? theme.ink : theme.muted;
    context.font = canvasFont(0.72, isChosen ? '600' : '');
    paintText(context, populationName(entry.population, 24), plot.left - 8, middle, plot.left - 8 - 1.5 * theme.rem);
  });
}

/** Dots go into an array of pixels: a million of them are painted in the time of a few hundred rectangles. */
function paintRaster(plot) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round((plot.right - plot.left) * ratio));
  const height = Math.max(1, Math.round((plot.bottom - plot.top) * ratio));
  if (!plot.dots || plot.dots.width !== width || plot.dots.height !== height) {
    plot.dots = document.createElement('canvas');
    plot.dots.width = width;
    plot.dots.height = height;
  }
  const context = plot.dots.getContext('2d');
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const nSeen = plot.bands.reduce((sum, band) => sum + spikesInSight(plot, band.entry.raster), 0);
  const mark = nSeen < FEW_SPIKES ? Math.round(2 * ratio) : Math.max(1, Math.round(ratio * (nSeen < 2e5 ? 1.4 : 1)));
  for (const band of plot.bands) {
    const target = { pixels, width, height, ratio, mark, shades: dotShades(plot, band, nSeen / (width * height)) };
    target.top = Math.round((band.top - plot.top) * ratio);
    target.bottom = Math.min(height, Math.round((band.bottom - plot.top) * ratio));
    if (band.entry.raster.kind === 'spikes') paintSpikes(plot, band, target);
    else paintCounts(plot, band, target);
  }
  context.putImageData(image, 0, 0);
  plot.context.imageSmoothingEnabled = false;
  plot.context.drawImage(plot.dots, plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  paintNotShown(plot);
}

/** Ticks of the run that the page has no spikes of: empty there does not mean silent. */
function paintNotShown(plot) {
  const { context, theme } = plot;
  const { start, end } = app.report.activity.ticks;
  for (const [from, to] of [
    [plot.start, Math.min(start, plot.end)],
    [Math.max(end, plot.start), plot.end],
  ]) {
    if (to <= from) continue;
    const [x0, x1] = [plot.xOf(from), plot.xOf(to)];
    context.globalAlpha = 0.25;
    context.fillStyle = theme.axis;
    context.fillRect(x0, plot.top, x1 - x0, plot.bottom - plot.top);
    context.globalAlpha = 1;
    if (x1 - x0 < 6 * theme.rem) continue;
    context.font = canvasFont(0.75);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = theme.ink;
    context.fillText('not shown', (x0 + x1) / 2, (plot.top + plot.bottom) / 2);
  }
}

function spikesInSight(plot, raster) {
  if (raster.kind !== 'spikes') return 0;
  const ticks = unpack(raster.ticks);
  return lowerBound(ticks, plot.end) - lowerBound(ticks, Math.floor(plot.start));
}

/** Pixel values by how many spikes meet in a pixel: fainter at first where the whole plot is dense. */
function dotShades(plot, band, density) {
  const { population } = band.entry;
  const isAside = app.selection !== null && population !== app.selection;
  const [r, g, b] = colourParts(isAside ? plot.theme.axis : populationColour(population));
  const first = isAside ? 80 : clamp(255 - 260 * density, 90, 255);
  return Uint32Array.from({ length: 256 }, (_, n) => {
    if (n === 0) return 0;
    const alpha = clamp(Math.round(first + (255 - first) * (1 - 0.75 ** (n - 1))), 1, 255);
    return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

function paintSpikes(plot, band, target) {
  const ticks = unpack(band.entry.raster.ticks);
  const neurons = unpack(band.entry.raster.neurons);
  const { width, top, bottom, shades } = target;
  const counts = new Uint8Array(width * Math.max(0, bottom - top));
  const perTick = width / (plot.end - plot.start);
  const tall = bottom - top;
  // Marks grow with the room that a spike has, as far as they still look like marks.
  const wideMark = Math.max(target.mark, Math.min(Math.floor(0.7 * perTick), Math.round(4 * target.ratio)));
  const tallMark = Math.min(
    tall,
    Math.max(target.mark, Math.min(Math.floor((0.7 * tall) / band.size), Math.round(6 * target.ratio))),
  );
  const end = lowerBound(ticks, plot.end);
  for (let i = lowerBound(ticks, Math.floor(plot.start)); i < end; i += 1) {
    const x = Math.floor((ticks[i] + 0.5 - plot.start) * perTick - wideMark / 2 + 0.5);
    const y = Math.min(
      tall - tallMark,
      Math.floor(((band.size - 1 - neurons[i] + 0.5) / band.size) * tall - tallMark / 2 + 0.5),
    );
    for (let row = Math.max(0, y); row < y + tallMark && row < tall; row += 1) {
      for (let column = Math.max(0, x); column < x + wideMark && column < width; column += 1) {
        const place = row * width + column;
        if (counts[place] < 255) counts[place] += 1;
      }
    }
  }
  copyShades(target, counts, shades);
}

function copyShades(target, counts, shades) {
  const offset = target.top * target.width;
  for (let place = 0; place < counts.length; place += 1) {
    if (counts[place]) target.pixels[offset + place] = shades[counts[place]];
  }
}

/** A grid of counts; where cells are smaller than pixels, the largest shows. */
function paintCounts(plot, band, target) {
  const { raster } = band.entry;
  const grid = unpack(raster.counts);
  const { width, top, bottom } = target;
  const tall = bottom - top;
  const cells = new Uint8Array(width * Math.max(0, tall));
  const origin = app.report.activity.ticks.start;
  const columnOf = (x) =>
    Math.floor((plot.tickAt(plot.left + (x + 0.5) / target.ratio) - origin) / raster.ticks_per_column);
  const columns = Array.from({ length: width + 1 }, (_, x) => columnOf(x));
  for (let y = 0; y < tall; y += 1) {
    // Row 0 holds the first neurons, which lie at the bottom of the band.
    const r0 = Math.floor((((tall - 1 - y) / tall) * band.size) / raster.neurons_per_row);
    const r1 = Math.max(r0 + 1, Math.ceil((((tall - y) / tall) * band.size) / raster.neurons_per_row));
    for (let r = r0; r < Math.min(r1, raster.rows); r += 1) {
      for (let x = 0; x < width; x += 1) {
        const last = Math.min(Math.max(columns[x] + 1, columns[x + 1]), raster.columns);
        for (let c = Math.max(0, columns[x]); c < last; c += 1) {
          const n = grid[r * raster.columns + c];
          if (n > cells[y * width + x]) cells[y * width + x] = n;
        }
      }
    }
  }
  copyShades(target, cells, countShades(plot, band, grid));
}

function countShades(plot, band, grid) {
  const { population } = band.entry;
  const isAside = app.selection !== null && population !== app.selection;
  const [r, g, b] = colourParts(isAside ? plot.theme.axis : populationColour(population));
  const most = grid.reduce((a, n) => Math.max(a, n), 1);
  return Uint32Array.from({ length: 256 }, (_, n) => {
    if (n === 0) return 0;
    const alpha = Math.round(clamp((isAside ? 0.5 : 1) * (45 + (210 * Math.log1p(n)) / Math.log1p(most)), 1, 255));
    return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** Spikes between two ticks; of a grid, the columns' share of them. */
function spikesBetween(raster, from, to) {
  if (raster.kind === 'spikes') {
    const ticks = unpack(raster.ticks);
    return lowerBound(ticks, to) - lowerBound(ticks, from);
  }
  const grid = unpack(raster.counts);
  const width = raster.ticks_per_column;
  const origin = app.report.activity.ticks.start;
  const first = Math.floor((from - origin) / width);
  const last = Math.min(Math.ceil((to - origin) / width), raster.columns);
  let n = 0;
  for (let column = first; column < last; column += 1) {
    const start = origin + column * width;
    const end = Math.min(start + width, app.report.activity.ticks.end);
    const part = (Math.min(end, to) - Math.max(start, from)) / (end - start);
    for (let row = 0; row < raster.rows; row += 1) n += part * grid[row * raster.columns + column];
  }
  return n;
}

function readRaster(tick, within) {
  const { start, end } = app.report.activity.ticks;
  const [from, to] = [Math.max(tick, start), Math.min(tick + within, end)];
  if (to <= from) return 'spikes of this time are not shown';
  const read = shownActivity().filter(({ population }) => app.selection === null || population === app.selection);
  const about = read.some(({ raster }) => raster.kind !== 'spikes') ? 'about ' : '';
  const parts = read
    .map(({ raster, population }) => [population, Math.round(spikesBetween(raster, from, to))])
    .filter(([, n]) => n > 0);
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  const where = within > 1 ? ` in ${counted(within, 'tick')}` : '';
  const top = parts
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([population, n]) => `${isolated(populationName(population, 16))} ${formatCount(n)}`);
  return `${about}${counted(total, 'spike')}${where}${top.length ? ` (${top.join(', ')})` : ''}`;
}
