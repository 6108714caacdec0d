// Where the bands of the picture of what left stand: from the machine over the class of data to the recipient.

import type { Disclosure } from "../data/report";

export type Nature = "readable" | "technical" | "encrypted" | "unknown";

/** What each class of data is to a reader: who can read it can use it. */
export function natureOf(dataClass: string): Nature {
  if (dataClass === "encrypted") return "encrypted";
  if (dataClass === "unknown") return "unknown";
  return ["signalling", "machine_identity", "process_values", "video"].includes(dataClass) ? "technical" : "readable";
}

export interface Block {
  name: string;
  bytes: number;
  x: number;
  y: number;
  height: number;
  nature?: Nature;
  undeclared: boolean;
  /** How much of its height bands have taken on each side. */
  taken: { in: number; out: number };
}

export interface Band {
  from: Block;
  to: Block;
  bytes: number;
  nature: Nature;
  path: string;
}

export interface Flow {
  columns: Block[][];
  bands: Band[];
  height: number;
}

export const BLOCK = 12;
export const COLUMNS = [250, 584, 918];
const TALL = 300;
const BETWEEN = 30;
/** So many machines, classes and recipients are drawn one by one. */
const MOST = 12;
/** The thinnest band that is still seen. */
const THINNEST = 2;

export function flow(rows: Disclosure[]): Flow {
  const called = namesOf(rows);
  const names = (row: Disclosure): [string, string, string] => [row.client, row.data_class, whom(row, called)];
  const kept = [0, 1, 2].map((column) => heaviest(rows, (row) => names(row)[column] ?? ""));
  const name = (row: Disclosure, column: number) => {
    const own = names(row)[column] ?? "";
    return kept[column]?.has(own) ? own : "others";
  };
  const total = rows.reduce((sum, row) => sum + row.bytes, 0) || 1;
  const columns = [0, 1, 2].map((column) => blocks(rows, (row) => name(row, column), column, total));
  const block = (column: number, wanted: string) => columns[column]?.find((one) => one.name === wanted);
  const joined = new Map<string, { from: Block; to: Block; bytes: number; nature: Nature }>();
  for (const row of rows) {
    for (const column of [0, 1]) {
      const [from, to] = [block(column, name(row, column)), block(column + 1, name(row, column + 1))];
      if (!from || !to) continue;
      const nature = natureOf(row.data_class);
      const key = `${column} ${from.name} ${to.name} ${nature}`;
      const band = joined.get(key) ?? { from, to, bytes: 0, nature };
      band.bytes += row.bytes;
      joined.set(key, band);
    }
  }
  const ordered = [...joined.values()].sort((a, b) => a.from.y - b.from.y || a.to.y - b.to.y);
  const bands = ordered.map((band) => ({ ...band, path: curve(band, total) }));
  const height = Math.max(...columns.flat().map((one) => one.y + one.height), 0) + 24;
  return { columns, bands, height };
}

export const recipient = (row: Disclosure): string =>
  row.tried === undefined ? (row.recipient_name ?? row.recipient) : "nobody who answered";

/** The names that addresses were asked for by. */
function namesOf(rows: Disclosure[]): Map<string, Set<string>> {
  const called = new Map<string, Set<string>>();
  for (const row of rows) {
    if (row.recipient_name) called.set(row.recipient, (called.get(row.recipient) ?? new Set()).add(row.recipient_name));
  }
  return called;
}

/** A machine is one recipient: by its name, also where a conversation did not say it; by its address where it has several. */
function whom(row: Disclosure, called: Map<string, Set<string>>): string {
  const names = [...(called.get(row.recipient) ?? [])];
  return row.tried === undefined ? (names.length === 1 && names[0] ? names[0] : row.recipient) : recipient(row);
}

function heaviest(rows: Disclosure[], name: (row: Disclosure) => string): Set<string> {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(name(row), (totals.get(name(row)) ?? 0) + row.bytes);
  return new Set([...totals].sort((a, b) => b[1] - a[1]).slice(0, MOST).map(([one]) => one));
}

function blocks(rows: Disclosure[], name: (row: Disclosure) => string, column: number, total: number): Block[] {
  const found = new Map<string, Block>();
  for (const row of rows) {
    const own = name(row);
    const block = found.get(own) ?? {
      name: own,
      bytes: 0,
      x: COLUMNS[column] ?? 0,
      y: 0,
      height: 0,
      undeclared: false,
      taken: { in: 0, out: 0 },
    };
    block.bytes += row.bytes;
    if (column === 1) block.nature = natureOf(row.data_class);
    if (column === 2 && row.declared === "false") block.undeclared = true;
    found.set(own, block);
  }
  let y = 26;
  const order = [...found.values()].sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name));
  for (const block of order) {
    block.height = Math.max((block.bytes / total) * TALL, THINNEST);
    block.y = y;
    y += Math.max(block.height, 8) + BETWEEN;
  }
  return order;
}

function curve(band: { from: Block; to: Block; bytes: number }, total: number): string {
  const { from, to } = band;
  const thick = Math.max((band.bytes / total) * TALL, 1);
  const top = from.y + from.taken.out;
  const end = to.y + to.taken.in;
  from.taken.out += (band.bytes / total) * TALL;
  to.taken.in += (band.bytes / total) * TALL;
  const [left, right] = [from.x + BLOCK, to.x];
  const middle = (left + right) / 2;
  const at = (y: number) => y.toFixed(1);
  return (
    `M${left} ${at(top)} C${middle} ${at(top)} ${middle} ${at(end)} ${right} ${at(end)} V${at(end + thick)} ` +
    `C${middle} ${at(end + thick)} ${middle} ${at(top + thick)} ${left} ${at(top + thick)} Z`
  );
}
