// The machine as arrays that answer quickly: which chip lies where, which PEs it has in use, which board it is on.

/** Levels from large to small. */
const MACHINE_LEVELS = ['rack', 'frame', 'board', 'chip', 'quad', 'pe'];
const LEVEL_WORDS = {
  rack: ['rack', 'racks'],
  frame: ['frame', 'frames'],
  board: ['board', 'boards'],
  chip: ['chip', 'chips'],
  quad: ['QuadPE', 'QuadPEs'],
  pe: ['PE', 'PEs'],
};
/** (x, y) that a link leads on, by direction. */
const LINK_STEPS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
];
const LINK_WORDS = ['east', 'north-east', 'north', 'west', 'south-west', 'south'];

/**
 * Arrays of a `MachineMap`, with indices over them.
 * @param {Object} map
 */
function machineModel(map) {
  const model = {
    map,
    width: Math.max(1, map.width),
    height: Math.max(1, map.height),
    x: unpack(map.chips.x),
    y: unpack(map.chips.y),
    board: unpack(map.chips.board),
    pes: {
      chip: unpack(map.pes.chip),
      core: unpack(map.pes.core),
      population: unpack(map.pes.population),
      lo: unpack(map.pes.lo),
      hi: unpack(map.pes.hi),
    },
    links: { from: unpack(map.links.from), direction: unpack(map.links.direction) },
    nCores: unpack(map.n_application_cores),
    folded: new Map(),
  };
  model.nChips = model.x.length;
  model.nPes = model.pes.chip.length;
  indexChips(model);
  indexCores(model);
  [model.chipStart, model.chipPes] = groupBy(model.pes.chip, model.nChips);
  [model.linkStart, model.chipLinks] = groupBy(model.links.from, model.nChips);
  indexGroups(model);
  model.levels = MACHINE_LEVELS.filter((level) => levelIsWorthwhile(model, level));
  return model;
}

/** Place of the chip at each coordinate, -1 where there is none. */
function indexChips(model) {
  model.at = new Int32Array(model.width * model.height).fill(-1);
  for (let i = 0; i < model.nChips; i += 1) {
    if (model.x[i] < model.width && model.y[i] < model.height) model.at[model.y[i] * model.width + model.x[i]] = i;
  }
}

/** Core number in each cell of a chip's grid, -1 where there is no PE, and whether a QuadPE has any. */
function indexCores(model) {
  const { core_grid: grid, core_places: places } = model.map;
  model.columns = Math.max(1, grid[0]);
  model.rows = Math.max(1, grid[1]);
  model.coreAt = new Int16Array(model.columns * model.rows).fill(-1);
  places.forEach(([column, row], core) => {
    if (column < model.columns && row < model.rows) model.coreAt[row * model.columns + column] = core;
  });
  model.quadColumns = Math.ceil(model.columns / 2);
  model.quadRows = Math.ceil(model.rows / 2);
  model.cellOfCore = places.map(([column, row]) =>
    column < model.columns && row < model.rows ? row * model.columns + column : -1,
  );
}

/** Members of each of `n` groups, one group after the other: where they start, and who they are. */
function groupBy(groups, n) {
  const start = new Uint32Array(n + 1);
  for (const group of groups) if (group < n) start[group + 1] += 1;
  for (let i = 0; i < n; i += 1) start[i + 1] += start[i];
  const next = start.slice();
  const members = new Uint32Array(start[n]);
  for (let i = 0; i < groups.length; i += 1) {
    if (groups[i] >= n) continue;
    members[next[groups[i]]] = i;
    next[groups[i]] += 1;
  }
  return [start, members];
}

/** Board, frame and rack of each chip. */
function indexGroups(model) {
  const { boards_per_frame: perFrame, boards_per_rack: perRack } = model.map.chips;
  model.groups = {};
  if (!model.board.length) return;
  const ofBoard = (divisor) => (divisor ? model.board.map((board) => Math.floor(board / divisor)) : null);
  for (const [level, groups] of [
    ['board', model.board],
    ['frame', ofBoard(perFrame)],
    ['rack', ofBoard(perRack)],
  ]) {
    if (groups) model.groups[level] = groupSummary(model, groups);
  }
}

/** Chips, extent and middle of each group. A group that lies across the seam of a torus is put together on one side. */
function groupSummary(model, ofChip) {
  const n = ofChip.reduce((most, group) => Math.max(most, group), -1) + 1;
  const [start, chips] = groupBy(ofChip, n);
  const boxes = Array.from({ length: n }, (_, group) =>
    groupBox(model, chips.subarray(start[group], start[group + 1])),
  );
  return { ofChip, n, start, chips, boxes, nUsed: boxes.filter(Boolean).length };
}

function groupBox(model, chips) {
  if (!chips.length) return null;
  const { width, height } = model;
  const [x0, y0] = [model.x[chips[0]], model.y[chips[0]]];
  const near = (value, origin, size) =>
    model.map.wraps && chips.length * 4 <= model.nChips
      ? origin + ((value - origin + size + size / 2) % size) - size / 2
      : value;
  const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity, x: 0, y: 0 };
  for (const chip of chips) {
    const x = near(model.x[chip], x0, width);
    const y = near(model.y[chip], y0, height);
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.min(box.bottom, y);
    box.top = Math.max(box.top, y + 1);
    box.x += (x + 0.5) / chips.length;
    box.y += (y + 0.5) / chips.length;
  }
  return box;
}

/** A level with a single thing above the chips would say what the whole says. */
function levelIsWorthwhile(model, level) {
  if (level === 'chip') return true;
  if (level === 'quad' || level === 'pe') return model.map.core_places.length > 0;
  return Boolean(model.groups[level]) && model.groups[level].nUsed > 1;
}

/** PEs in use on a chip, as places in `model.pes`. */
function pesOnChip(model, chip) {
  return model.chipPes.subarray(model.chipStart[chip], model.chipStart[chip + 1]);
}

/** The PE in use with this core number on a chip, or -1. */
function peOfCore(model, chip, core) {
  for (const pe of pesOnChip(model, chip)) if (model.pes.core[pe] === core) return pe;
  return -1;
}

/** The chip at (x, y), or -1; coordinates may go around a torus. */
function chipAt(model, x, y) {
  const { width, height } = model;
  if (model.map.wraps) return model.at[(((y % height) + height) % height) * width + (((x % width) + width) % width)];
  return x < 0 || y < 0 || x >= width || y >= height ? -1 : model.at[y * width + x];
}

/** Cores of a chip that applications may use. */
function applicationCores(model, chip) {
  return model.nCores.length === 1 ? model.nCores[0] : model.nCores[chip] || 0;
}

/** QuadPE of a cell of a chip's grid. */
function quadOfCell(model, cell) {
  const [column, row] = [cell % model.columns, Math.floor(cell / model.columns)];
  return (row >> 1) * model.quadColumns + (column >> 1);
}
