// Things on the machine as items `{level, index, chip}`: where they lie, what is around, above and inside them.
// `index` is a group's number, a chip's place, or a cell of a chip's grid (of QuadPEs or PEs); `chip` is -1 for groups.

/** Room between a chip's edge and its PEs, where links are drawn. */
const CHIP_PADDING = 0.1;

/** @returns {{level: string, index: number, chip: number}} */
function groupItem(level, index) {
  return { level, index, chip: -1 };
}

function chipItem(chip) {
  return { level: 'chip', index: chip, chip };
}

function sameItem(a, b) {
  return a === b || (a !== null && b !== null && a.level === b.level && a.index === b.index && a.chip === b.chip);
}

/** Columns and rows of the grid that items of this level lie on, within a chip. */
function gridOf(model, level) {
  return level === 'quad' ? [model.quadColumns, model.quadRows] : [model.columns, model.rows];
}

/** Extent of an item in units of chips. */
function itemBox(model, item) {
  if (item.chip < 0) return model.groups[item.level].boxes[item.index];
  const [x, y] = [model.x[item.chip], model.y[item.chip]];
  if (item.level === 'chip') return { left: x, right: x + 1, bottom: y, top: y + 1, x: x + 0.5, y: y + 0.5 };
  const [columns, rows] = gridOf(model, item.level);
  const inner = 1 - 2 * CHIP_PADDING;
  const [column, row] = [item.index % columns, Math.floor(item.index / columns)];
  const left = x + CHIP_PADDING + (inner * column) / columns;
  const bottom = y + CHIP_PADDING + (inner * row) / rows;
  return { left, right: left + inner / columns, bottom, top: bottom + inner / rows, x: left, y: bottom };
}

/** The item of a level at a place on the machine; where it has none, the chip; null outside of all chips. */
function itemAt(model, level, x, y) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const isInside = column >= 0 && row >= 0 && column < model.width && row < model.height;
  const chip = isInside ? model.at[row * model.width + column] : -1;
  if (chip < 0) return null;
  if (model.groups[level]) return groupItem(level, model.groups[level].ofChip[chip]);
  if (level === 'chip') return chipItem(chip);
  const [columns, rows] = gridOf(model, level);
  const inner = 1 - 2 * CHIP_PADDING;
  const cx = Math.floor(((x - column - CHIP_PADDING) / inner) * columns);
  const cy = Math.floor(((y - row - CHIP_PADDING) / inner) * rows);
  if (cx < 0 || cy < 0 || cx >= columns || cy >= rows) return chipItem(chip);
  const item = { level, index: cy * columns + cx, chip };
  return isThere(model, item) ? item : chipItem(chip);
}

/** Whether a cell holds PEs: the router and the links take the places of some. */
function isThere(model, item) {
  if (item.level === 'pe') return model.coreAt[item.index] >= 0;
  return cellsOfQuad(model, item.index).some((cell) => model.coreAt[cell] >= 0);
}

/** Cells of the PEs of a QuadPE. */
function cellsOfQuad(model, quad) {
  const [column, row] = [2 * (quad % model.quadColumns), 2 * Math.floor(quad / model.quadColumns)];
  const cells = [];
  for (let dy = 0; dy < 2; dy += 1) {
    for (let dx = 0; dx < 2; dx += 1) {
      if (column + dx < model.columns && row + dy < model.rows) cells.push((row + dy) * model.columns + column + dx);
    }
  }
  return cells;
}

/** Core number of a PE's item. */
function coreOfItem(model, item) {
  return model.coreAt[item.index];
}

/** PEs in use within an item. */
function pesOfItem(model, item) {
  if (item.chip < 0) {
    const groups = model.groups[item.level];
    const chips = groups.chips.subarray(groups.start[item.index], groups.start[item.index + 1]);
    return Array.from(chips).flatMap((chip) => Array.from(pesOnChip(model, chip)));
  }
  const pes = Array.from(pesOnChip(model, item.chip));
  if (item.level === 'chip') return pes;
  if (item.level === 'pe') return pes.filter((pe) => model.cellOfCore[model.pes.core[pe]] === item.index);
  return pes.filter((pe) => {
    const cell = model.cellOfCore[model.pes.core[pe]];
    return cell >= 0 && quadOfCell(model, cell) === item.index;
  });
}

/** What an item is part of at the next level up; null at the top. */
function parentItem(model, item) {
  const above = model.levels[model.levels.indexOf(item.level) - 1];
  if (!above) return null;
  if (item.level === 'pe') return { level: 'quad', index: quadOfCell(model, item.index), chip: item.chip };
  if (item.level === 'quad') return chipItem(item.chip);
  const chip = item.chip >= 0 ? item.chip : model.groups[item.level].chips[model.groups[item.level].start[item.index]];
  return groupItem(above, model.groups[above].ofChip[chip]);
}

/** Where to go on inside an item: its first part that is in use, or else its first part; null at the bottom. */
function childItem(model, item) {
  const below = model.levels[model.levels.indexOf(item.level) + 1];
  if (!below) return null;
  if (below === 'pe') {
    const cells = cellsOfQuad(model, item.index).filter((cell) => model.coreAt[cell] >= 0);
    const used = cells.find((cell) => peOfCore(model, item.chip, model.coreAt[cell]) >= 0);
    return cells.length ? { level: 'pe', index: used === undefined ? cells[0] : used, chip: item.chip } : null;
  }
  if (below === 'quad') return firstQuad(model, item.chip);
  const groups = model.groups[item.level];
  const chips = groups.chips.subarray(groups.start[item.index], groups.start[item.index + 1]);
  const used = chips.find((chip) => model.chipStart[chip + 1] > model.chipStart[chip]);
  const chip = used === undefined ? chips[0] : used;
  return below === 'chip' ? chipItem(chip) : groupItem(below, model.groups[below].ofChip[chip]);
}

function firstQuad(model, chip) {
  for (const pe of pesOnChip(model, chip)) {
    const cell = model.cellOfCore[model.pes.core[pe]];
    if (cell >= 0) return { level: 'quad', index: quadOfCell(model, cell), chip };
  }
  const cell = model.coreAt.findIndex((core) => core >= 0);
  return cell < 0 ? null : { level: 'quad', index: quadOfCell(model, cell), chip };
}

/** Where a cursor starts: the first thing in use of the largest level. */
function firstItem(model) {
  let chip = 0;
  for (let i = 0; i < model.nChips; i += 1) {
    if (model.chipStart[i + 1] > model.chipStart[i]) {
      chip = i;
      break;
    }
  }
  const level = model.levels[0];
  return model.groups[level] ? groupItem(level, model.groups[level].ofChip[chip]) : chipItem(chip);
}

/** The next item to the east (dx = 1), north (dy = 1) and so on; null if there is none. */
function neighbourItem(model, item, dx, dy) {
  if (item.chip < 0) return neighbourGroup(model, item, dx, dy);
  if (item.level === 'chip') {
    let [x, y] = [model.x[item.chip] + dx, model.y[item.chip] + dy];
    for (; x >= 0 && y >= 0 && x < model.width && y < model.height; x += dx, y += dy) {
      if (chipAt(model, x, y) >= 0) return chipItem(chipAt(model, x, y));
    }
    return null;
  }
  const [columns, rows] = gridOf(model, item.level);
  let x = model.x[item.chip] * columns + (item.index % columns) + dx;
  let y = model.y[item.chip] * rows + Math.floor(item.index / columns) + dy;
  for (; x >= 0 && y >= 0 && x < model.width * columns && y < model.height * rows; x += dx, y += dy) {
    const chip = model.at[Math.floor(y / rows) * model.width + Math.floor(x / columns)];
    const there = { level: item.level, index: (y % rows) * columns + (x % columns), chip };
    if (chip >= 0 && isThere(model, there)) return there;
  }
  return null;
}

/** The group whose middle is nearest in a direction; straight ahead counts more than to the side. */
function neighbourGroup(model, item, dx, dy) {
  const { boxes } = model.groups[item.level];
  const here = boxes[item.index];
  let best = null;
  let least = Infinity;
  boxes.forEach((box, index) => {
    if (!box || index === item.index) return;
    const ahead = (box.x - here.x) * dx + (box.y - here.y) * dy;
    const aside = Math.abs((box.x - here.x) * dy) + Math.abs((box.y - here.y) * dx);
    if (ahead > 0.25 && ahead + 2 * aside < least) [best, least] = [groupItem(item.level, index), ahead + 2 * aside];
  });
  return best;
}

/** Name of an item: `board 3`, `chip (4, 7)`, `PE 17 on chip (4, 7)`. */
function itemName(model, item) {
  if (item.chip < 0) return `${LEVEL_WORDS[item.level][0]} ${item.index}`;
  const chip = `chip (${model.x[item.chip]}, ${model.y[item.chip]})`;
  if (item.level === 'chip') return chip;
  if (item.level === 'pe') return `PE ${coreOfItem(model, item)} on ${chip}`;
  const [column, row] = [item.index % model.quadColumns, Math.floor(item.index / model.quadColumns)];
  return `QuadPE (${column + 1}, ${row + 1}) on ${chip}`;
}

/** An item's value under a metric at its own level; NaN where there is none. */
function itemValue(model, choice, item) {
  const { of } = chosenMetric(model.map, choice);
  const isTooFine = MACHINE_LEVELS.indexOf(item.level) > MACHINE_LEVELS.indexOf(finestLevel(of));
  const level = isTooFine ? finestLevel(of) : item.level;
  const folded = levelValues(model, choice, level);
  const place = placeOfItem(model, isTooFine ? chipItem(item.chip) : item);
  return {
    value: place < 0 ? NaN : folded.values[place],
    limit: place < 0 ? null : folded.limitOf(place),
    isOfChip: isTooFine,
  };
}

/** Where an item's value stands among all values of its level, or -1. */
function placeOfItem(model, item) {
  if (item.level === 'quad') return item.chip * model.quadColumns * model.quadRows + item.index;
  if (item.level === 'pe') return peOfCore(model, item.chip, coreOfItem(model, item));
  return item.index;
}
