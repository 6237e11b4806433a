// Numbers as people read them, and the numbers on axes.

const SI_UNITS = new Set(['J', 'W', 'Hz', 's', 'bit/s', 'B/s', 'A', 'V', 'packets/s', 'spikes/s', '1/s']);
const SI_PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];
const BYTE_PREFIXES = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

/** A whole number with thousands separated. */
function formatCount(value) {
  return Math.round(value).toLocaleString('en-US');
}

/** A number with about four significant digits, thousands separated. */
function formatNumber(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2).replace('-', '−').replace('e+', 'e');
  const decimals = Number.isInteger(value) ? 0 : clamp(3 - Math.floor(Math.log10(size)), 0, 6);
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals }).replace('-', '−');
}

/**
 * A value with its unit: `12.3 mJ`, `96.5 KiB`, `1,204`.
 * Units that carry a prefix already (`ms`, `kHz`) stay as they are.
 */
function formatQuantity(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (unit === 'B' && size >= 10240) {
    const [factor, name] = BYTE_PREFIXES.find(([factor]) => size >= factor);
    return `${formatNumber(value / factor)} ${name}`;
  }
  if (SI_UNITS.has(unit) && size > 0 && Number.isFinite(size)) {
    const [factor, prefix] = SI_PREFIXES.find(([factor]) => size >= factor) || SI_PREFIXES[SI_PREFIXES.length - 1];
    const isRate = unit.includes('/') && !unit.startsWith('bit') && !unit.startsWith('B');
    if (!isRate) return `${formatNumber(value / factor)} ${prefix}${unit}`;
  }
  return unit ? `${formatNumber(value)} ${unit}` : formatNumber(value);
}

/** A part of a whole as a percentage. */
function formatPercent(part) {
  if (!Number.isFinite(part)) return '–';
  const percent = 100 * part;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.005) return '< 0.01 %';
  return `${percent.toLocaleString('en-US', { maximumFractionDigits: size >= 100 ? 0 : size >= 1 ? 1 : 2 })} %`;
}

/** Noun with its number: `1 chip`, `2 chips`. */
function counted(n, noun, plural = noun + 's') {
  return `${formatCount(n)} ${n === 1 ? noun : plural}`;
}

/**
 * Round numbers between `low` and `high`, about `wanted` of them.
 * @returns {{values: number[], step: number}}
 */
function niceTicks(low, high, wanted) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return { values: [low], step: 1 };
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) values.push(k * step);
  return { values, step };
}

/** Powers of ten, with 2 and 5 between them where there are few. */
function logTicks(low, high) {
  const values = [];
  const factors = high / low < 100 ? [1, 2, 5] : [1];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
    for (const factor of factors) {
      const value = factor * 10 ** e;
      if (value >= low * 0.999 && value <= high * 1.001) values.push(value);
    }
  }
  return values;
}

/** A number on an axis whose numbers are `step` apart. */
function tickText(value, step) {
  if (Math.abs(value) < step * 1e-6) return '0';
  if (step < 1e-6 || Math.abs(value) >= 1e12) return value.toExponential(1).replace('-', '−');
  const decimals = clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 8);
  return value
    .toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replace('-', '−');
}
