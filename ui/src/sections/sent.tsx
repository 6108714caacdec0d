import { useMemo } from "preact/hooks";
import type { Disclosure } from "../data/report";
import { BLOCK, COLUMNS, type Flow, type Nature, flow, recipient } from "../map/flow";
import { DeclaredBadge } from "../parts/badge";
import { useView } from "../parts/context";
import { Device, useDeviceText } from "../parts/device";
import { bytes, count, day, many, words } from "../parts/number";
import { Nothing, Section } from "../parts/section";
import { type Column, Table } from "../parts/table";

const NATURES: { nature: Nature; title: string }[] = [
  { nature: "readable", title: "cargo, program, files, secrets: readable" },
  { nature: "technical", title: "values, pictures, identity, signalling" },
  { nature: "encrypted", title: "encrypted: cannot be read" },
  { nature: "unknown", title: "not recognised" },
];

export function Sent() {
  const { page } = useView();
  const rows = page.summary.disclosures;
  return (
    <Section
      id="sent"
      title="What left, for whom"
      lead={
        <>
          Payload that left a machine for a recipient elsewhere, by what it was. What is encrypted is told as encrypted,
          never guessed. Numbers found in clear are shown masked.
        </>
      }
    >
      {rows && rows.length > 0 ? (
        <Told rows={rows} />
      ) : (
        <Nothing>
          {rows
            ? "Nothing was seen to leave for a recipient outside. "
            : "The ledger of what leaves was not kept for this capture. "}
          What goes by a way that does not pass the capture point (a modem on the crane, for one) does not show here.
        </Nothing>
      )}
    </Section>
  );
}

function Told({ rows }: { rows: Disclosure[] }) {
  const { page } = useView();
  const drawn = useMemo(() => flow(rows), [rows]);
  return (
    <>
      <ul class="legend">
        {NATURES.map(({ nature, title }) => (
          <li key={nature}>
            <svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">
              <rect width="26" height="14" class={`band ${nature}`} />
            </svg>
            {title}
          </li>
        ))}
      </ul>
      <div class="scroll figure" tabIndex={0} role="region" aria-label="What left, from whom and for whom">
        <Picture drawn={drawn} />
      </div>
      <Ledger rows={rows} leftOut={page.left_out["disclosures"] ?? 0} />
    </>
  );
}

function Picture({ drawn }: { drawn: Flow }) {
  const { devices } = useView();
  const titles = ["From", "What it was", "For whom"];
  const anchors = ["end", "start", "start"] as const;
  const label = (column: number, name: string) => {
    if (column === 1) return words(name);
    const known = column === 0 ? devices.name(name) : undefined;
    const text = known ? `${name} ${known}` : name;
    return text.length > 25 ? `${text.slice(0, 24)}…` : text;
  };
  return (
    <svg class="flow" viewBox={`0 0 1180 ${drawn.height}`} style={{ minWidth: "760px" }} role="group" aria-label="Flow of data">
      {titles.map((title, column) => (
        <text
          key={title}
          x={(COLUMNS[column] ?? 0) + (column === 0 ? BLOCK : 0)}
          y={12}
          class="tier-title"
          text-anchor={anchors[column]}
        >
          {title}
        </text>
      ))}
      {drawn.bands.map((band) => (
        <path key={`${band.from.x} ${band.from.name} ${band.to.name} ${band.nature}`} d={band.path} class={`band ${band.nature}`}>
          <title>{`${words(band.from.name)} > ${words(band.to.name)}: ${bytes(band.bytes)}`}</title>
        </path>
      ))}
      {drawn.columns.map((blocks, column) =>
        blocks.map((block) => (
          <g key={`${column} ${block.name}`}>
            <rect x={block.x} y={block.y} width={BLOCK} height={block.height} class={`block ${block.nature ?? ""}`} />
            <text
              x={column === 0 ? block.x - 8 : block.x + BLOCK + 8}
              y={block.y + Math.min(block.height / 2, 60) + 3}
              text-anchor={anchors[column]}
              class="flow-title"
            >
              {label(column, block.name)}
            </text>
            <text
              x={column === 0 ? block.x - 8 : block.x + BLOCK + 8}
              y={block.y + Math.min(block.height / 2, 60) + 18}
              text-anchor={anchors[column]}
              class="flow-more"
            >
              {bytes(block.bytes)}
              {block.undeclared && <tspan class="flow-alarm">, not declared</tspan>}
            </text>
          </g>
        )),
      )}
    </svg>
  );
}

function Ledger({ rows, leftOut }: { rows: Disclosure[]; leftOut: number }) {
  const text = useDeviceText();
  const columns: Column<Disclosure>[] = [
    { title: "From", text: (row) => text(row.client), cell: (row) => <Device address={row.client} /> },
    {
      title: "For",
      text: (row) => `${recipient(row)} ${row.recipient}`,
      cell: (row) => row.tried !== undefined ? <span>probes of {many(row.tried, "machine")}, none answered</span> : (
        <span class="device">
          <span class="address">
            {row.recipient}
            {row.recipient_port ? `:${row.recipient_port}` : ""}
          </span>
          {row.recipient_name && <span class="name">{row.recipient_name}</span>}
        </span>
      ),
    },
    { title: "Where", text: (row) => row.recipient_scope },
    { title: "What it was", text: (row) => words(row.data_class) },
    { title: "Bytes", text: (row) => bytes(row.bytes), number: (row) => row.bytes },
    {
      title: "Things",
      text: (row) => (row.count === undefined ? "" : count(row.count)),
      number: (row) => row.count ?? -1,
    },
    { title: "For example", text: (row) => row.samples?.join(", ") ?? "", wide: true },
    { title: "By", text: (row) => row.protocol },
    { title: "First", text: (row) => day(row.start), when: true },
    { title: "Site says", text: (row) => (row.declared === "unknown" ? "" : row.declared), cell: (row) => <DeclaredBadge declared={row.declared} /> },
  ];
  const heaviest = useMemo(() => [...rows].sort((a, b) => b.bytes - a.bytes), [rows]);
  return <Table caption="What left, by class of data and recipient" columns={columns} rows={heaviest} leftOut={leftOut} />;
}
