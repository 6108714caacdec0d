// Where everything on the map stands: a box for each zone, in it a row for each tier, from what is outside down to
// what moves the crane.

import { isGroup, network } from "../data/address";
import { type Devices, mainAddress, nameOf, placeOf } from "../data/device";
import type { Asset, Link, Summary } from "../data/report";
import { groupOf } from "../names/verbs";

export type EdgeKind = "change" | "remote" | "operation" | "other";

export interface Node {
  id: string;
  title: string;
  address: string;
  role: string;
  asset?: Asset;
  /** How many devices this stands for; none where it stands for addresses at which nothing showed. */
  stands: number;
  /** The addresses that never answered, where it stands for those. */
  silent?: string[];
  x: number;
  y: number;
}

export interface Edge {
  from: Node;
  to: Node;
  kind: EdgeKind;
  bytes: number;
  protocols: string[];
  path: string;
}

export interface Zone {
  title: string;
  x: number;
  y: number;
  width: number;
  height: number;
  tiers: { title: string; y: number }[];
}

export interface Drawing {
  nodes: Node[];
  edges: Edge[];
  zones: Zone[];
  width: number;
  height: number;
}

export const NODE = { width: 152, height: 58 };
const GAP = { x: 16, y: 48 };
const PADDING = 20;
const TITLE = 34;
/** Links of less weight than the first so many are not drawn. */
const MOST_EDGES = 400;
/** So many devices of one tier and zone are drawn one by one: two rows, three outside. */
const MOST_OF_A_TIER = 14;
const MOST_OUTSIDE = 21;
/** So many zones have a box of their own. */
const MOST_ZONES = 16;
const OTHER_ZONES = "Other networks";
const SILENT_ZONE = "Tried in vain";
/** So many packets of a conversation without an answer are a try. The same number as in crates/sensor/src/links.rs. */
const MOST_KNOCKS = 4;
/** Protocols whose receivers never answer. */
const ONE_WAY = ["syslog", "rtp"];
const WIDTH = 1200;
/** So many devices stand side by side. */
const MOST_COLUMNS = 7;

const TIERS = [
  { title: "Network and names", roles: ["router", "modem", "access point", "switch", "name server", "address server", "time server"] },
  { title: "Stations and servers", roles: ["engineering station", "hmi", "server", "database", "workstation", "printer", "phone"] },
  { title: "Controllers", roles: ["controller", "safety controller"] },
  { title: "Drives, I/O, sensors, cameras", roles: ["drive", "remote io", "sensor", "camera"] },
];
const CONTROLLERS = 2;
const UNTOLD_TIER = TIERS.length;
const UNTOLD = { title: "Role did not show", roles: [] as string[] };

interface Placed {
  node: Node;
  zone: string;
  tier: number;
  weight: number;
}

export function draw(summary: Summary, devices: Devices): Drawing {
  const placed = new Map<string, Placed>();
  const called = new Map<string, string>();
  for (const row of summary.disclosures ?? []) if (row.recipient_name) called.set(row.recipient, row.recipient_name);
  for (const asset of summary.assets) {
    const one = place(asset, mainAddress(asset), called);
    placed.set(one.node.id, one);
  }
  const links = summary.links.filter((link) => !isGroup(link.server) && !isGroup(link.client));
  const silent = silentOf(summary, links, devices);
  for (const link of links) {
    for (const address of [link.client, link.server]) {
      if (silent.has(address)) continue;
      const id = idOf(address, devices);
      const one = placed.get(id) ?? place(undefined, address, called);
      one.weight += 1 + Math.log10(1 + link.bytes_out + link.bytes_in);
      placed.set(id, one);
    }
  }
  const zones = new Map<string, Placed[][]>();
  for (const one of placed.values()) {
    const tiers = zones.get(one.zone) ?? [...TIERS, UNTOLD].map((): Placed[] => []);
    tiers[one.tier]?.push(one);
    zones.set(one.zone, tiers);
  }
  gather(zones);
  const stands = new Map<string, Node>();
  if (silent.size > 0) {
    const one = inVain([...silent]);
    for (const address of silent) stands.set(address, one.node);
    zones.set(one.zone, [...TIERS, UNTOLD].map((_, tier) => (tier === UNTOLD_TIER ? [one] : [])));
  }
  const drawing = arrange(zones, stands);
  return { ...drawing, edges: connect(summary, links, devices, stands) };
}

/** The addresses at which nothing ever showed: nobody knows whether there are machines. */
function silentOf(summary: Summary, links: Link[], devices: Devices): Set<string> {
  const inVain = (link: Link) =>
    link.packets_in === 0 &&
    link.packets_out <= MOST_KNOCKS * link.conversations &&
    !ONE_WAY.includes(link.protocol);
  const silent = new Set(links.filter(inVain).map((link) => link.server));
  for (const link of links) {
    silent.delete(link.client);
    if (!inVain(link)) silent.delete(link.server);
  }
  // Whoever got something is a recipient, known or not.
  for (const row of summary.disclosures ?? []) if (row.tried === undefined) silent.delete(row.recipient);
  for (const address of silent) if (devices.at(address)) silent.delete(address);
  return silent;
}

/** What stands for all of them. */
function inVain(silent: string[]): Placed {
  const [only = ""] = silent;
  const title = silent.length === 1 ? only : `${silent.length} addresses`;
  const node: Node = { id: "silent", title, address: "never answered", role: "", stands: 0, silent, x: 0, y: 0 };
  return { node, zone: SILENT_ZONE, tier: UNTOLD_TIER, weight: 0 };
}

/** Puts the smallest zones into one where there are too many. */
function gather(zones: Map<string, Placed[][]>) {
  const known = (tiers: Placed[][]) => tiers.flat().some(({ node }) => node.asset?.zone);
  // What is outside and what has no address stay, then what the site declares, then the largest.
  const worth = ([title, tiers]: [string, Placed[][]]) =>
    rank(title) === 1 ? tiers.flat().length + (known(tiers) ? 1e6 : 0) : Infinity;
  const order = [...zones].sort((a, b) => Number(worth(b) > worth(a)) - Number(worth(a) > worth(b)) || a[0].localeCompare(b[0]));
  for (const [title, tiers] of order.slice(MOST_ZONES)) {
    zones.delete(title);
    const others = zones.get(OTHER_ZONES) ?? [...TIERS, UNTOLD].map((): Placed[] => []);
    zones.set(OTHER_ZONES, others);
    tiers.forEach((tier, index) => others[index]?.push(...tier));
  }
}

function idOf(address: string, devices: Devices): string {
  const asset = devices.at(address);
  return asset ? mainAddress(asset) : address;
}

function place(asset: Asset | undefined, address: string, called: Map<string, string>): Placed {
  const role = asset?.roles?.[0] ?? "";
  const tier = TIERS.findIndex(({ roles }) => roles.includes(role));
  const zone = (asset && placeOf(asset)) || network(address);
  const name = (asset && nameOf(asset)) ?? called.get(address);
  const node: Node = { id: address, title: name ?? address, address, role, stands: 1, x: 0, y: 0 };
  if (asset) node.asset = asset;
  return { node, zone, tier: tier < 0 ? TIERS.length : tier, weight: 8 * (asset?.roles?.length ?? 0) };
}

/** Boxes beside each other while they fit, what is outside first. */
function arrange(zones: Map<string, Placed[][]>, stands: Map<string, Node>): Omit<Drawing, "edges"> {
  const size = (title: string) => zones.get(title)?.reduce((sum, tier) => sum + tier.length, 0) ?? 0;
  // Zones of stations stand above zones of controllers, as tiers do within a zone.
  const depth = (title: string) => {
    const tiers = zones.get(title) ?? [];
    const controls = [CONTROLLERS, CONTROLLERS + 1].some((tier) => (tiers[tier]?.length ?? 0) > 0);
    if (controls) return 1;
    return tiers[UNTOLD_TIER]?.length === size(title) ? 2 : 0;
  };
  const order = [...zones.keys()].sort(
    (a, b) => rank(a) - rank(b) || depth(a) - depth(b) || size(b) - size(a) || a.localeCompare(b, "en", { numeric: true }),
  );
  const drawing: Omit<Drawing, "edges"> = { nodes: [], zones: [], width: WIDTH, height: 0 };
  let x = 0;
  let y = 0;
  let shelf = 0;
  for (const title of order) {
    const tiers = zones.get(title) ?? [];
    const columns = Math.max(1, ...tiers.map((tier) => Math.min(tier.length, MOST_COLUMNS)));
    const width = Math.max(columns * (NODE.width + GAP.x) - GAP.x + 2 * PADDING, 240);
    if (x > 0 && x + width > WIDTH) {
      x = 0;
      y = shelf + 28;
    }
    const zone = box(title, tiers, columns, x, y, drawing.nodes, stands);
    zone.width = width;
    drawing.zones.push(zone);
    x += width + 20;
    shelf = Math.max(shelf, zone.y + zone.height);
  }
  const right = Math.max(...drawing.zones.map((zone) => zone.x + zone.width), 320);
  return { ...drawing, width: right, height: Math.max(shelf, 60) };
}

/** What is outside comes first, what has no IP address last. */
const rank = (zone: string): number =>
  zone.startsWith("Outside") ? 0 : zone.startsWith("No IP") || zone === OTHER_ZONES || zone === SILENT_ZONE ? 2 : 1;

function box(
  title: string,
  tiers: Placed[][],
  columns: number,
  x: number,
  y: number,
  nodes: Node[],
  stands: Map<string, Node>,
): Zone {
  const zone: Zone = { title, x, y, width: 0, height: 0, tiers: [] };
  let row = y + TITLE;
  tiers.forEach((tier, index) => {
    if (tier.length === 0) return;
    // Of what is outside nobody expects a role.
    if (title !== SILENT_ZONE && (rank(title) > 0 || index < TIERS.length)) {
      zone.tiers.push({ title: ([...TIERS, UNTOLD][index] ?? UNTOLD).title, y: row + 12 });
      row += 22;
    }
    const shown = folded(tier, rank(title) === 0 ? MOST_OUTSIDE : title === OTHER_ZONES ? 1 : MOST_OF_A_TIER, stands);
    shown.forEach((node, place) => {
      node.x = x + PADDING + (place % columns) * (NODE.width + GAP.x);
      node.y = row + Math.floor(place / columns) * (NODE.height + GAP.y / 2);
      nodes.push(node);
    });
    row += Math.ceil(shown.length / columns) * (NODE.height + GAP.y / 2) + GAP.y / 2;
  });
  zone.height = row - y - GAP.y / 2 - 6;
  return zone;
}

/** The weightiest devices of a tier, and one that stands for all others. */
function folded(tier: Placed[], most: number, stands: Map<string, Node>): Node[] {
  const many = tier.length > most;
  const byWeight = many ? [...tier].sort((a, b) => b.weight - a.weight) : tier;
  const shown = many ? byWeight.slice(0, most - 1) : byWeight;
  const others = byWeight.slice(shown.length);
  for (const { node } of shown) stands.set(node.id, node);
  const nodes = shown.map(({ node }) => node);
  if (others.length > 0) {
    const title = `${others.length} more`;
    const id = `more ${others[0]?.node.id ?? ""}`;
    const more: Node = { id, title, address: "see Devices", role: "", stands: others.length, x: 0, y: 0 };
    for (const { node } of others) stands.set(node.id, more);
    nodes.push(more);
  }
  return nodes;
}

const PRECEDENCE: EdgeKind[] = ["other", "operation", "remote", "change"];

interface Pair {
  from: Node;
  to: Node;
  kind: EdgeKind;
  bytes: number;
  protocols: Set<string>;
}

function connect(summary: Summary, links: Link[], devices: Devices, stands: Map<string, Node>): Edge[] {
  const pairs = new Map<string, Pair>();
  const join = (client: string, server: string, kind: EdgeKind, bytes: number, protocol: string) => {
    const from = stands.get(idOf(client, devices));
    const to = stands.get(idOf(server, devices));
    if (!from || !to || from === to) return;
    const known = pairs.get(`${from.id} ${to.id}`) ?? pairs.get(`${to.id} ${from.id}`);
    const pair = known ?? { from, to, kind, bytes: 0, protocols: new Set<string>() };
    if (!known) pairs.set(`${from.id} ${to.id}`, pair);
    if (PRECEDENCE.indexOf(kind) > PRECEDENCE.indexOf(pair.kind)) {
      // The arrow shows who asked for what weighs most.
      Object.assign(pair, { kind, from, to });
    }
    pair.bytes += bytes;
    pair.protocols.add(protocol);
  };
  for (const link of links) join(link.client, link.server, "other", link.bytes_out + link.bytes_in, link.protocol);
  for (const one of summary.operations) {
    join(one.client, one.server, groupOf(one.verb) ? "change" : "operation", 0, one.protocol);
  }
  for (const one of summary.remote_access) join(one.client, one.server, "remote", 0, one.kind);
  const heaviest = [...pairs.values()]
    .sort((a, b) => PRECEDENCE.indexOf(b.kind) - PRECEDENCE.indexOf(a.kind) || b.bytes - a.bytes)
    .slice(0, MOST_EDGES);
  return routed(heaviest);
}

/** Lines end side by side along a device's edge rather than all in its middle. */
function routed(pairs: Pair[]): Edge[] {
  const sides = new Map<string, { pair: Pair; other: Node }[]>();
  const sideOf = (node: Node, other: Node) => (other.y > node.y ? "below" : "above");
  for (const pair of pairs) {
    for (const [node, other] of [[pair.from, pair.to], [pair.to, pair.from]] as const) {
      const key = `${sideOf(node, other)} ${node.id}`;
      sides.set(key, [...(sides.get(key) ?? []), { pair, other }]);
    }
  }
  for (const side of sides.values()) side.sort((a, b) => a.other.x - b.other.x || a.other.y - b.other.y);
  const end = (pair: Pair, node: Node, other: Node) => {
    const name = sideOf(node, other);
    const side = sides.get(`${name} ${node.id}`) ?? [];
    const place = side.findIndex((one) => one.pair === pair);
    const x = node.x + (NODE.width * (place + 1)) / (side.length + 1);
    return name === "below" ? { x, y: node.y + NODE.height, dy: 1 } : { x, y: node.y, dy: -1 };
  };
  return pairs.map((pair) => {
    const a = end(pair, pair.from, pair.to);
    const b = end(pair, pair.to, pair.from);
    const bend = Math.min(Math.max(Math.abs(a.y - b.y) * 0.5, 26), 120);
    const points = [a.x, a.y + a.dy * bend, b.x, b.y + b.dy * bend, b.x, b.y].map((one) => one.toFixed(1));
    const path = `M${a.x.toFixed(1)} ${a.y.toFixed(1)} C${points.join(" ")}`;
    return { ...pair, protocols: [...pair.protocols].sort(), path };
  });
}
