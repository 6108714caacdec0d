import { useMemo } from "preact/hooks";
import type { Change, Operation, Summary } from "../data/report";
import { GROUPS, type Group, groupOf, spaced } from "../names/verbs";
import { useView } from "../parts/context";
import { cited, clock, count, day, duration, many, millis } from "../parts/number";
import { Nothing, Section } from "../parts/section";

const WIDTH = 1180;
/** Who it was, beside the lanes. */
const MARGIN = 190;
const PLOT = WIDTH - MARGIN - 14;
const READS = 16;
const ROW = 18;
const GAP = 14;
const AXIS = 26;
/** Reads are counted in so many stretches. */
const BINS = 160;
/** Marks of one kind closer than this are one mark, in pixels. */
const NEAR = 9;
/** So many actors have a lane; those who changed most come first. */
const MOST_LANES = 24;

interface Mark {
  x: number;
  verb: string;
  group: Group;
  changes: number;
  accepted: number;
  first: Change;
  servers: Set<string>;
  /** How many more of the same objects are not listed, and when the last was. */
  repeated: number;
  until: string;
}

interface Lane {
  client: string;
  bins: number[];
  observed: number;
  changed: number;
  rows: { group: Group; marks: Mark[] }[];
  y: number;
  height: number;
}

export function Timeline() {
  const { page } = useView();
  const { summary } = page;
  const lanes = useMemo(() => lay(summary), [summary]);
  const { first, last } = summary.capture;
  const hidden = lanes.length - MOST_LANES;
  const unlisted = summary.changes_not_listed + (page.left_out["changes"] ?? 0);
  return (
    <Section
      id="timeline"
      title="Who did what, when"
      lead={
        <>
          One lane for each machine that asked controllers for anything. The grey band is how often it read, identified or
          browsed (spread evenly between the first and the last of each kind); marks are what it changed. A hollow mark was
          not accepted. All times are UTC.
        </>
      }
    >
      {lanes.length === 0 || !first || !last ? (
        <Nothing>No operation on a device was seen in a protocol that is decoded.</Nothing>
      ) : (
        <>
          <Legend />
          <div class="scroll figure" tabIndex={0} role="region" aria-label="Timeline of operations">
            <Lanes lanes={lanes.slice(0, MOST_LANES)} from={millis(first)} to={millis(last)} />
          </div>
          {hidden > 0 && <p class="left-out">{many(hidden, "machine")} that did less have no lane here.</p>}
          {unlisted > 0 && (
            <p class="left-out">
              {many(unlisted, "change")} more of the same kinds are counted in the tables but have no mark.
            </p>
          )}
        </>
      )}
    </Section>
  );
}

function Legend() {
  return (
    <ul class="legend">
      {GROUPS.map(({ group, title }) => (
        <li key={group}>
          <svg viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true">
            <Shape group={group} x={0} y={0} size={6} hollow={false} />
          </svg>
          {title}
        </li>
      ))}
      <li>
        <svg viewBox="0 0 36 14" width="36" height="14" aria-hidden="true">
          <path d="M0 14 V9 H9 V3 H18 V7 H27 V11 H36 V14 Z" class="reads" />
        </svg>
        observing only
      </li>
    </ul>
  );
}

/** Each group has its own shape, so that colour is not the only sign. */
function Shape({ group, x, y, size, hollow }: { group: Group; x: number; y: number; size: number; hollow: boolean }) {
  const r = size;
  const paths: Record<Group, string> = {
    program: `M${-r} ${-r * 0.8} H${r} L0 ${r} Z`,
    mode: `M${-r * 0.85} ${-r * 0.85} H${r * 0.85} V${r * 0.85} H${-r * 0.85} Z`,
    values: `M${-r * 0.9} 0 a${r * 0.9} ${r * 0.9} 0 1 0 ${r * 1.8} 0 a${r * 0.9} ${r * 0.9} 0 1 0 ${-r * 1.8} 0 Z`,
    settings: `M0 ${-r * 1.1} L${r * 1.1} 0 L0 ${r * 1.1} L${-r * 1.1} 0 Z`,
  };
  return <path d={paths[group]} transform={`translate(${x} ${y})`} class={`mark ${group} ${hollow ? "hollow" : ""}`} />;
}

function Lanes({ lanes, from, to }: { lanes: Lane[]; from: number; to: number }) {
  const { devices } = useView();
  const bottom = lanes.at(-1);
  const height = (bottom ? bottom.y + bottom.height : 0) + AXIS + 6;
  const most = Math.max(1, ...lanes.flatMap((lane) => lane.bins));
  const ticks = steps(from, to);
  return (
    <svg class="timeline" viewBox={`0 0 ${WIDTH} ${height}`} style={{ minWidth: "720px" }} role="group" aria-label="Operations over time">
      {ticks.map((tick) => (
        <g key={tick.at} transform={`translate(${(MARGIN + tick.share * PLOT).toFixed(1)} 0)`}>
          <line y1={AXIS - 4} y2={height} class="grid" />
          <text y={14} class="tick" text-anchor={tick.share > 0.96 ? "end" : "middle"}>
            {tick.text}
          </text>
        </g>
      ))}
      {lanes.map((lane) => (
        <g key={lane.client} transform={`translate(0 ${lane.y + AXIS})`} role="img" aria-label={said(lane)}>
          <line x1={0} x2={WIDTH} y1={-GAP / 2} y2={-GAP / 2} class="rule-line" />
          <text x={0} y={14} class="lane-title">
            {lane.client}
          </text>
          <text x={0} y={29} class="lane-more">
            {short([devices.at(lane.client)?.roles?.[0], devices.name(lane.client)].filter(Boolean).join(" · "))}
          </text>
          <path d={silhouette(lane.bins, most)} class="reads" transform={`translate(${MARGIN} 0)`}>
            <title>{`${count(lane.observed)} operations that only observe`}</title>
          </path>
          {lane.rows.map((row, index) =>
            row.marks.map((mark) => (
              <g key={`${mark.x} ${mark.verb}`}>
                <Shape
                  group={row.group}
                  x={MARGIN + mark.x}
                  y={READS + 10 + index * ROW}
                  size={5 + Math.min(Math.log10(mark.changes) * 1.6, 3)}
                  hollow={mark.accepted === 0}
                />
                <title>{told(mark)}</title>
              </g>
            )),
          )}
        </g>
      ))}
    </svg>
  );
}

/** What fits beside the lanes. */
const short = (text: string): string => (text.length > 23 ? `${text.slice(0, 22)}…` : text);

const said = (lane: Lane): string =>
  `${lane.client}: ${many(lane.changed, "change")}, ${count(lane.observed)} operations that only observe`;

function told(mark: Mark): string {
  const times = mark.changes > 1 ? `${count(mark.changes)} times from ` : "";
  const outcome = `${count(mark.accepted)} accepted`;
  const { frames, found_in } = mark.first;
  const frame = frames[0] === undefined ? "" : `, frame ${cited(frames.slice(0, 1), found_in?.slice(0, 1))}`;
  const more = mark.repeated > 0 ? `, and ${count(mark.repeated)} more of the same until ${clock(mark.until)}` : "";
  return `${spaced(mark.verb)} ${times}${clock(mark.first.time)} on ${[...mark.servers].join(", ")}: ${mark.first.function}, ${outcome}${frame}${more}`;
}

function lay(summary: Summary): Lane[] {
  const { first, last } = summary.capture;
  if (!first || !last) return [];
  const from = millis(first);
  const span = Math.max(millis(last) - from, 1);
  const share = (time: string) => Math.min(Math.max((millis(time) - from) / span, 0), 1);
  const lanes = new Map<string, Lane>();
  const lane = (client: string): Lane => {
    const known = lanes.get(client);
    if (known) return known;
    const rows = GROUPS.map(({ group }) => ({ group, marks: [] as Mark[] }));
    const made = { client, bins: new Array<number>(BINS).fill(0), observed: 0, changed: 0, rows, y: 0, height: 0 };
    lanes.set(client, made);
    return made;
  };
  for (const one of summary.operations) observe(lane(one.client), one, share);
  for (const one of summary.changes) mark(lane(one.client), one, share(one.time) * PLOT);
  const order = [...lanes.values()].sort((a, b) => b.changed - a.changed || b.observed - a.observed);
  let y = GAP / 2;
  for (const one of order) {
    one.rows = one.rows.filter((row) => row.marks.length > 0);
    one.height = Math.max(READS + one.rows.length * ROW + 4, 36);
    one.y = y;
    y += one.height + GAP;
  }
  return order;
}

function observe(lane: Lane, one: Operation, share: (time: string) => number) {
  if (groupOf(one.verb)) {
    lane.changed += one.count;
    return;
  }
  lane.observed += one.count;
  const begin = Math.min(Math.floor(share(one.first) * BINS), BINS - 1);
  const end = Math.min(Math.floor(share(one.last) * BINS), BINS - 1);
  const each = one.count / (end - begin + 1);
  for (let bin = begin; bin <= end; bin += 1) lane.bins[bin] = (lane.bins[bin] ?? 0) + each;
}

/** Changes of the same kind that stand where one cannot tell them apart are one mark. */
function mark(lane: Lane, change: Change, x: number) {
  const group = groupOf(change.verb);
  const row = lane.rows.find((one) => one.group === group);
  if (!group || !row) return;
  const accepted = change.outcome === "accepted" ? 1 : 0;
  const near = row.marks.findLast((one) => one.verb === change.verb && x - one.x < NEAR);
  const { repeated = 0, until = change.time } = change;
  if (near) {
    near.repeated += repeated;
    if (until > near.until) near.until = until;
    near.changes += 1;
    near.accepted += accepted;
    near.servers.add(change.server);
    return;
  }
  row.marks.push({ x, verb: change.verb, group, changes: 1, accepted, first: change, servers: new Set([change.server]), repeated, until });
}

function silhouette(bins: number[], most: number): string {
  const step = PLOT / BINS;
  const height = (value: number) => (value > 0 ? 2 + ((READS - 2) * Math.log1p(value)) / Math.log1p(most) : 0);
  const tops = bins.map((value) => `V${(READS - height(value)).toFixed(1)} h${step.toFixed(3)}`);
  return `M0 ${READS} ${tops.join(" ")} V${READS} Z`;
}

const MINUTE = 60_000;
const STEPS = [10, 50, 100, 500, 1000, 5000, 10_000, 30_000].concat(
  [1, 2, 5, 10, 30, 60, 120, 360, 720, 1440, 2880, 10_080, 43_200].map((minutes) => minutes * MINUTE),
);

/** Round times, six to twelve of them. */
function steps(from: number, to: number): { at: number; share: number; text: string }[] {
  const span = Math.max(to - from, 1);
  const step = STEPS.find((one) => span / one <= 10) ?? span;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 20; at += step) {
    const time = new Date(at).toISOString();
    const text = step >= 1440 * MINUTE ? day(time).slice(0, 10) : step >= MINUTE ? time.slice(11, 16) : clock(time);
    ticks.push({ at, share: (at - from) / span, text });
  }
  return ticks.length > 0 ? ticks : [{ at: from, share: 0, text: duration(span) }];
}
