import { isPublic } from "../data/address";
import { mainAddress, nameOf, placeOf } from "../data/device";
import type { Asset, Change, Link, Operation, ProtocolTotal, RemoteAccess, Transfer } from "../data/report";
import { groupOf, spaced } from "../names/verbs";
import { DeclaredBadge } from "../parts/badge";
import { useView } from "../parts/context";
import { Device, useDeviceText } from "../parts/device";
import { bytes, cited, clock, count, day, many, words } from "../parts/number";
import { Nothing, Section } from "../parts/section";
import { type Column, Table } from "../parts/table";

/** Client and server as the first two columns. */
function useParties<Row extends { client: string; server: string; server_port?: number }>(): Column<Row>[] {
  const text = useDeviceText();
  return [
    { title: "Client", text: (row) => text(row.client), cell: (row) => <Device address={row.client} /> },
    { title: "Server", text: (row) => text(row.server), cell: (row) => <Device address={row.server} /> },
  ];
}

export function Remote() {
  const { page } = useView();
  const rows = page.summary.remote_access;
  const columns: Column<RemoteAccess>[] = [
    { title: "Kind", text: (row) => words(row.kind), cell: (row) => <b>{words(row.kind)}</b> },
    { title: "Direction", text: (row) => row.direction },
    ...useParties<RemoteAccess>(),
    { title: "Port", text: (row) => String(row.server_port ?? ""), number: (row) => row.server_port ?? 0 },
    { title: "Sent", text: (row) => bytes(row.bytes_out), number: (row) => row.bytes_out },
    { title: "Back", text: (row) => bytes(row.bytes_in), number: (row) => row.bytes_in },
    { title: "First", text: (row) => day(row.start), when: true },
    { title: "Last", text: (row) => day(row.end), when: true },
    { title: "How it was told", text: (row) => row.evidence?.join("; ") ?? "", wide: true },
    { title: "Site says", text: (row) => (row.declared === "unknown" ? "" : row.declared), cell: (row) => <DeclaredBadge declared={row.declared} /> },
  ];
  return (
    <Section
      id="remote"
      title="Remote access"
      lead="Channels by which somebody elsewhere can see or operate machines here, and signs of hidden ways out."
    >
      {rows.length === 0 ? (
        <Nothing>
          No remote-service channel was recognised. One that was not open during the capture, or that does not pass the
          capture point, does not show.
        </Nothing>
      ) : (
        <Table caption="Remote-service channels" columns={columns} rows={rows} leftOut={page.left_out["remote_access"] ?? 0} />
      )}
    </Section>
  );
}

export function Assets() {
  const { page } = useView();
  const rows = page.summary.assets;
  const addresses = (row: Asset) => [...new Set([...(row.addresses ?? []), ...(row.mac ? [row.mac] : [])])];
  const columns: Column<Asset>[] = [
    {
      title: "Address",
      text: (row) => addresses(row).join(" "),
      cell: (row) => (
        <span class="device">
          <span class="address">{mainAddress(row)}</span>
          {addresses(row)
            .slice(1, 4)
            .map((one) => (
              <span key={one} class="address muted">
                {one}
              </span>
            ))}
          {addresses(row).length > 4 && (
            <span class="muted">and {count(addresses(row).length - 4 + (row.more_addresses ?? 0))} more</span>
          )}
        </span>
      ),
    },
    { title: "Name", text: (row) => nameOf(row) ?? "" },
    { title: "Role", text: (row) => row.roles?.join(", ") ?? "" },
    { title: "Site says", text: (row) => (row.declared === "unknown" ? "" : row.declared), cell: (row) => <DeclaredBadge declared={row.declared} /> },
    {
      title: "Maker and product",
      text: (row) => [row.maker, row.product, row.order_number].filter(Boolean).join(" "),
      wide: true,
    },
    { title: "Firmware", text: (row) => [row.firmware, row.operating_system].filter(Boolean).join(" ") },
    { title: "Serial", text: (row) => row.serial ?? "" },
    { title: "Zone", text: placeOf },
    { title: "Answers", text: (row) => row.protocols_served?.join(", ") ?? "" },
    { title: "Asks with", text: (row) => row.protocols_used?.join(", ") ?? "" },
  ];
  return (
    <Section
      id="assets"
      title="Devices"
      newPage
      lead="What each device told of itself on the wire, or what follows from what it did. Silent devices do not show."
    >
      {rows.length === 0 ? (
        <Nothing>No device could be told from what was captured.</Nothing>
      ) : (
        <Table caption="Devices on the network" columns={columns} rows={rows} leftOut={page.left_out["assets"] ?? 0} />
      )}
    </Section>
  );
}

/** Which way it went. Who takes a file need be no device, and no device of the site's is at a public address. */
function way({ kind, direction, server }: Transfer): string {
  const device = (kind === "program" || kind === "firmware") && !isPublic(server);
  if (direction === "to_device") return device ? "to device" : "to recipient";
  return device ? "from device" : "from server";
}

export function Transfers() {
  const { page } = useView();
  const { transfers, transfers_not_listed } = page.summary;
  const columns: Column<Transfer>[] = [
    { title: "When", text: (row) => day(row.start), when: true },
    ...useParties<Transfer>(),
    { title: "What", text: (row) => `${row.mime_type ?? row.kind} ${way(row)}` },
    {
      title: "Name",
      text: (row) => [`${row.block_type ?? ""}${row.block_number ?? ""}`, row.name].filter(Boolean).join(" "),
    },
    { title: "Bytes", text: (row) => bytes(row.bytes), number: (row) => row.bytes },
    {
      title: "Whole",
      text: (row) => (row.complete ? "whole" : "incomplete"),
      cell: (row) =>
        row.complete ? (
          "whole"
        ) : (
          <b>incomplete{row.missing_bytes > 0 && `, ${bytes(row.missing_bytes)} not captured`}</b>
        ),
    },
    {
      title: "SHA-256",
      text: (row) => row.sha256 ?? "",
      cell: (row) => <code class="digest">{row.sha256 ?? "none: bytes are missing"}</code>,
      wide: true,
    },
  ];
  return (
    <Section
      id="transfers"
      title="Programs, firmware and files that were moved"
      lead="Compare the SHA-256 with that of the program or image which was approved."
    >
      {transfers.length === 0 ? (
        <Nothing>No program, firmware or file was seen to be moved.</Nothing>
      ) : (
        <Table
          caption="Transfers"
          columns={columns}
          rows={transfers}
          leftOut={transfers_not_listed + (page.left_out["transfers"] ?? 0)}
        />
      )}
    </Section>
  );
}

/** Of an object that is written again and again only the first change is listed. */
const again: Column<Change> = {
  title: "And again",
  text: (row) => (row.repeated ? `${many(row.repeated, "time")} until ${clock(row.until ?? row.time)}` : ""),
  number: (row) => row.repeated ?? 0,
};

export function Changes() {
  const { page } = useView();
  const { changes, changes_not_listed } = page.summary;
  const first = changes[0];
  const oneDay = changes.every(({ time }) => time.slice(0, 10) === first?.time.slice(0, 10));
  const columns: Column<Change>[] = [
    { title: "When", text: (row) => (oneDay ? clock(row.time) : `${day(row.time).slice(0, 10)} ${clock(row.time)}`), when: true },
    ...useParties<Change>(),
    { title: "Did", text: (row) => spaced(row.verb), cell: (row) => <b>{spaced(row.verb)}</b> },
    {
      title: "Outcome",
      text: (row) => row.outcome,
      cell: (row) => <span class={row.outcome === "accepted" ? undefined : "not-accepted"}>{row.outcome}</span>,
    },
    {
      title: "What",
      text: (row) =>
        [
          `${row.protocol} ${row.function}`,
          row.unit !== undefined && `unit ${row.unit}`,
          row.items.join("; "),
          row.more_items && `and ${count(row.more_items)} more`,
          row.code && `code ${row.code}`,
        ]
          .filter(Boolean)
          .join(", "),
      wide: true,
    },
    ...(changes.some((row) => row.repeated) ? [again] : []),
    { title: "Frames", text: (row) => cited(row.frames, row.found_in) },
  ];
  return (
    <Section
      id="changes"
      title="Changes, one by one"
      newPage
      lead={
        first
          ? `What left a device other than it was, or tried to, in time order from ${day(first.time)} UTC.`
          : "What left a device other than it was, or tried to."
      }
    >
      {changes.length === 0 ? (
        <Nothing>No change was asked for in a protocol that is decoded.</Nothing>
      ) : (
        <Table
          caption="Changes"
          columns={columns}
          rows={changes}
          leftOut={changes_not_listed + (page.left_out["changes"] ?? 0)}
        />
      )}
    </Section>
  );
}

export function Operations() {
  const { page } = useView();
  const columns: Column<Operation>[] = [
    ...useParties<Operation>(),
    {
      title: "Did",
      text: (row) => spaced(row.verb),
      cell: (row) => (groupOf(row.verb) ? <b>{spaced(row.verb)}</b> : spaced(row.verb)),
    },
    { title: "How", text: (row) => `${row.protocol} ${row.function}`, wide: true },
    { title: "Times", text: (row) => count(row.count), number: (row) => row.count },
    { title: "Refused", text: (row) => count(row.refused), number: (row) => row.refused },
    { title: "Unanswered", text: (row) => count(row.unanswered), number: (row) => row.unanswered },
    { title: "First", text: (row) => day(row.first), when: true },
    { title: "Last", text: (row) => day(row.last), when: true },
  ];
  return (
    <Section id="operations" title="Who asked whom for what" lead="Every kind of operation, with how often. Bold ones change the device.">
      {page.summary.operations.length === 0 ? (
        <Nothing>No operation was seen in a protocol that is decoded.</Nothing>
      ) : (
        <Table
          caption="Operations by client, server and kind"
          columns={columns}
          rows={page.summary.operations}
          leftOut={page.left_out["operations"] ?? 0}
        />
      )}
    </Section>
  );
}

/** What a tunnel carries is counted with the protocols inside it. */
const carried: Column<ProtocolTotal> = {
  title: "Carried, counted with what is inside",
  text: (row) => (row.carried_packets ? `${many(row.carried_packets, "packet")}, ${bytes(row.carried_wire_bytes ?? 0)}` : ""),
  number: (row) => row.carried_wire_bytes ?? 0,
};

export function Conversations() {
  const { page } = useView();
  type Protocol = { name: string } & ProtocolTotal;
  const protocols = Object.entries(page.summary.protocols)
    .map(([name, total]): Protocol => ({ name, ...total }))
    .sort((a, b) => b.wire_bytes - a.wire_bytes);
  const byProtocol: Column<Protocol>[] = [
    { title: "Protocol", text: (row) => row.name },
    { title: "Conversations", text: (row) => count(row.conversations), number: (row) => row.conversations },
    { title: "Packets", text: (row) => count(row.packets), number: (row) => row.packets },
    { title: "Bytes on the wire", text: (row) => bytes(row.wire_bytes), number: (row) => row.wire_bytes },
    ...(protocols.some((row) => row.carried_packets) ? [carried] : []),
  ];
  const byLink: Column<Link>[] = [
    ...useParties<Link>(),
    { title: "Port", text: (row) => String(row.server_port ?? ""), number: (row) => row.server_port ?? 0 },
    { title: "Protocol", text: (row) => row.protocol },
    { title: "Conversations", text: (row) => count(row.conversations), number: (row) => row.conversations },
    { title: "Failed", text: (row) => count(row.failed), number: (row) => row.failed },
    { title: "Sent", text: (row) => bytes(row.bytes_out), number: (row) => row.bytes_out },
    { title: "Back", text: (row) => bytes(row.bytes_in), number: (row) => row.bytes_in },
    { title: "First", text: (row) => day(row.first), when: true },
    { title: "Frame", text: (row) => cited([row.first_frame], row.found_in), number: (row) => row.first_frame },
  ];
  return (
    <Section
      id="conversations"
      title="Conversations and protocols"
      newPage
      lead="Protocols are recognised by what is said, not by port."
    >
      <Table caption="Conversations by protocol" columns={byProtocol} rows={protocols} />
      <Table
        caption="Who speaks with whom"
        columns={byLink}
        rows={page.summary.links}
        leftOut={page.left_out["links"] ?? 0}
      />
    </Section>
  );
}
