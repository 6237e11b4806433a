// Colours. Their home is page.css; canvases ask for them here.

/** Stops of viridis (Smith and van der Walt, 2015), which is perceptually uniform and safe for colour-blind readers. */
const HEAT_STOPS = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
];
const N_POPULATION_COLOURS = 7;
const N_HEAT_SHADES = 256;

/** `N_HEAT_SHADES` shades as [r, g, b]. */
const heatShades = Array.from({ length: N_HEAT_SHADES }, (_, i) => {
  const place = (i / (N_HEAT_SHADES - 1)) * (HEAT_STOPS.length - 1);
  const k = Math.min(Math.floor(place), HEAT_STOPS.length - 2);
  return HEAT_STOPS[k].map((low, c) => Math.round(low + (HEAT_STOPS[k + 1][c] - low) * (place - k)));
});
const heatColours = heatShades.map(([r, g, b]) => `rgb(${r},${g},${b})`);

let knownTheme = null;

/** Colours and sizes of the moment, as page.css has them. */
function currentTheme() {
  if (knownTheme) return knownTheme;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  const names = ['ink', 'muted', 'axis', 'grid', 'surface', 'sunken', 'accent', 'problem', 'warn', 'tile', 'tile-edge'];
  const theme = Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
  theme.populations = Array.from({ length: N_POPULATION_COLOURS }, (_, i) => read(`--population-${i}`));
  theme.rem = parseFloat(style.fontSize) || 16;
  theme.family = style.fontFamily;
  knownTheme = theme;
  return theme;
}

/** A canvas font of so many rem. */
function canvasFont(rem, weight = '') {
  const theme = currentTheme();
  return `${weight} ${(rem * theme.rem).toFixed(1)}px ${theme.family}`.trim();
}

/** Colour of a population's dots, lines and tiles. */
function populationColour(index) {
  return currentTheme().populations[index % N_POPULATION_COLOURS];
}

/** [r, g, b] of a `#rrggbb` colour. */
function colourParts(colour) {
  const value = parseInt(colour.slice(1, 7), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Black or white, whichever can be read on [r, g, b]. */
function inkOn([r, g, b]) {
  const linear = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.19 ? '#000000' : '#ffffff';
}

/** A small square in a population's colour. Names stand beside it: it never says anything alone. */
function swatch(index) {
  return make('span', { class: `swatch population-${index % N_POPULATION_COLOURS}`, 'aria-hidden': 'true' });
}

/** Follows the system until somebody chooses; the choice lives as long as the page. */
function setTheme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  knownTheme = null;
  emit('theme');
}

/** @returns {'dark'|'light'} what is shown now */
function shownTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Whatever changes colours or sizes behind our back. */
function watchTheme() {
  const forget = () => {
    knownTheme = null;
    emit('theme');
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', forget);
  addEventListener('resize', () => {
    knownTheme = null;
  });
}
