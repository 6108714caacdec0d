import type { Page, Problem } from "../data/report";
import { useView } from "../parts/context";
import { bytes, count, many } from "../parts/number";
import { Nothing, Section } from "../parts/section";
import { type Column, Table } from "../parts/table";

const OPAQUE = "Opaque";

/** How far one input was read, and why no farther. */
function stoppedAt({ offset, total, reason, unread_bytes }: Page["summary"]["capture"]["stopped"][number]) {
  const of = total === undefined ? "" : ` of ${count(total)}`;
  const unread = unread_bytes === undefined ? "how much was not read is not known" : `${bytes(unread_bytes)} were not read`;
  return `at byte ${count(offset)}${of}: ${reason.split(";")[0]}; ${unread}`;
}

export function Unseen() {
  const { page } = useView();
  const { capture, protocols, operations, problems, disclosures } = page.summary;
  const all = Object.values(protocols).reduce((sum, one) => sum + one.wire_bytes, 0);
  const unknown = protocols["unknown"];
  const opaque = operations.filter((one) => one.verb === OPAQUE).reduce((sum, one) => sum + one.count, 0);
  const encrypted = disclosures?.filter((one) => one.data_class === "encrypted").reduce((sum, one) => sum + one.bytes, 0);
  const facts: [string, string][] = [
    ...capture.stopped.map((one): [string, string] => [`Reading of ${one.file} stopped`, stoppedAt(one)]),
    ...capture.damaged.map((file): [string, string] => [`${file} is damaged`, "its checksum is wrong"]),
    ...capture.dropped.map((one): [string, string] => [
      `Dropped while capturing, interface ${one.interface} of ${one.file}`,
      many(one.packets, "packet"),
    ]),
    ["Sent but not captured", `${bytes(capture.missed_bytes)} of payload`],
    ["Cut off when capturing", bytes(Math.max(capture.wire_bytes - capture.captured_bytes, 0))],
    ["Begun before the capture", many(capture.conversations_begun_before, "conversation")],
    [
      "In no protocol that is recognised",
      unknown ? `${many(unknown.conversations, "conversation")}, ${bytes(unknown.wire_bytes)} of ${bytes(all)}` : "none",
    ],
    ["Operations that could not be read", count(opaque)],
    ...(encrypted === undefined ? [] : ([["Left for outside, encrypted", bytes(encrypted)]] as [string, string][])),
  ];
  const columns: Column<Problem>[] = [
    { title: "Where", text: (row) => row.layer },
    { title: "What", text: (row) => row.reason, wide: true },
    { title: "Why", text: (row) => row.verdict },
    { title: "Times", text: (row) => count(row.count), number: (row) => row.count },
    { title: "Bytes", text: (row) => bytes(row.bytes), number: (row) => row.bytes },
  ];
  return (
    <Section id="unseen" title="Not seen, not read" newPage lead="What this report rests on, and what it cannot rest on.">
      <dl class="facts unseen-facts">
        {facts.map(([title, fact]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <ul class="plain">
        <li>
          What does not pass the capture point is never seen: a modem&rsquo;s or router&rsquo;s own radio link, a serial line, a
          laptop plugged into a controller.
        </li>
        <li>Who sat at a machine does not show. An address is a machine, or whoever pretends to be it.</li>
        <li>What is encrypted is counted, and its content is not told: VPN tunnels, TLS, OPC UA in mode SignAndEncrypt.</li>
        <li>Whether what was done was ordered is in work orders, not on the wire.</li>
      </ul>
      {problems.length === 0 ? (
        <Nothing>Everything that was captured could be read.</Nothing>
      ) : (
        <Table
          caption="What could not be read, or breaks its protocol's rules"
          columns={columns}
          rows={problems}
          leftOut={page.left_out["problems"] ?? 0}
        />
      )}
    </Section>
  );
}
