import { useMemo, useState } from "preact/hooks";
import { type Drawing, type Edge, type EdgeKind, NODE, type Node, draw } from "../map/layout";
import { useView } from "../parts/context";
import { bytes, count } from "../parts/number";
import { Nothing, Section } from "../parts/section";

const KINDS: { kind: EdgeKind; title: string }[] = [
  { kind: "change", title: "changed something" },
  { kind: "remote", title: "remote access" },
  { kind: "operation", title: "read, identified, subscribed" },
  { kind: "other", title: "other traffic" },
];

/** So many addresses that never answered are named. */
const MOST_SILENT = 24;

export function NetworkMap() {
  const { page, devices } = useView();
  const drawing = useMemo(() => draw(page.summary, devices), [page, devices]);
  const [chosen, setChosen] = useState<string>();
  const declared = page.summary.assets.some((asset) => asset.zone ?? asset.crane);
  return (
    <Section
      id="map"
      title="The network"
      newPage
      lead={
        <>
          {declared
            ? "Boxes are the zones that the site declares; one with an address for a title is guessed from it. "
            : "No site file was given: boxes are guessed from addresses (networks of /24), not zones by design. "}
          A line is everything two devices said to each other, thicker for more bytes; an arrow points at the device that
          was asked. Choose a device to see its lines and what is known of it. Groups (multicast, broadcast) are left out;
          addresses that never answered are one box, as nobody knows whether there are machines.
        </>
      }
    >
      {drawing.nodes.length === 0 ? (
        <Nothing>No device could be told from what was captured.</Nothing>
      ) : (
        <>
          <Legend />
          <div class="scroll figure" tabIndex={0} role="region" aria-label="Map of the network">
            <Picture drawing={drawing} chosen={chosen} choose={setChosen} />
          </div>
          <Chosen drawing={drawing} chosen={chosen} />
        </>
      )}
    </Section>
  );
}

function Legend() {
  return (
    <ul class="legend">
      {KINDS.map(({ kind, title }) => (
        <li key={kind}>
          <svg viewBox="0 0 44 10" width="44" height="10" aria-hidden="true">
            <path d="M1 5 H43" class={`edge ${kind}`} stroke-width="2.5" />
          </svg>
          {title}
        </li>
      ))}
    </ul>
  );
}

interface PictureProps {
  drawing: Drawing;
  chosen: string | undefined;
  choose: (id: string | undefined) => void;
}

function Picture({ drawing, chosen, choose }: PictureProps) {
  const { nodes, edges, zones, width, height } = drawing;
  const near = new Set(
    edges.filter((edge) => touches(edge, chosen)).flatMap((edge) => [edge.from.id, edge.to.id]),
  );
  return (
    <svg
      class="map"
      viewBox={`-2 -2 ${width + 4} ${height + 4}`}
      style={{ minWidth: `${Math.min(width, 720)}px`, maxWidth: `${width + 4}px` }}
      role="group"
      aria-label={`${count(nodes.reduce((sum, node) => sum + node.stands, 0))} machines and ${count(edges.length)} lines between them`}
    >
      <defs>
        {KINDS.map(({ kind }) => (
          <marker
            key={kind}
            id={`arrow-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0.5 L8 4 L0 7.5 z" class={`head ${kind}`} />
          </marker>
        ))}
      </defs>
      {zones.map((zone) => (
        <g key={zone.title} class={zone.title.startsWith("Outside") ? "zone outside" : "zone"}>
          <rect x={zone.x} y={zone.y} width={zone.width} height={zone.height} rx="8" />
        </g>
      ))}
      {edges.map((edge) => (
        <path
          key={`${edge.from.id} ${edge.to.id}`}
          d={edge.path}
          class={`edge ${edge.kind} ${chosen && !touches(edge, chosen) ? "faint" : ""}`}
          stroke-width={weight(edge.bytes)}
          marker-end={`url(#arrow-${edge.kind})`}
        >
          <title>
            {`${edge.from.title} > ${edge.to.title}: ${edge.protocols.join(", ")}, ${bytes(edge.bytes)}`}
          </title>
        </path>
      ))}
      {zones.map((zone) => (
        <g key={zone.title}>
          <text x={zone.x + 20} y={zone.y + 23} class="zone-title">
            {short(zone.title, Math.floor((zone.width - 30) / 9.6))}
          </text>
          {zone.tiers.map((tier) => (
            <text key={tier.title} x={zone.x + 20} y={tier.y} class="tier-title">
              {tier.title}
            </text>
          ))}
        </g>
      ))}
      {nodes.map((node) => (
        <Device
          key={node.id}
          node={node}
          chosen={node.id === chosen}
          faint={chosen !== undefined && node.id !== chosen && !near.has(node.id)}
          choose={() => choose(node.id === chosen ? undefined : node.id)}
        />
      ))}
    </svg>
  );
}

const touches = (edge: Edge, id: string | undefined): boolean => edge.from.id === id || edge.to.id === id;

const weight = (volume: number): string => (1.2 + 0.65 * Math.log10(1 + volume / 100)).toFixed(2);

const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

interface DeviceProps {
  node: Node;
  chosen: boolean;
  faint: boolean;
  choose: () => void;
}

function Device({ node, chosen, faint, choose }: DeviceProps) {
  const undeclared = node.asset?.declared === "false";
  const more = [node.title === node.address ? "" : node.address, undeclared ? "not declared" : node.role].filter(Boolean);
  const classes = ["node", node.role.replaceAll(" ", "-"), chosen && "chosen", faint && "faint", undeclared && "undeclared"];
  return (
    <g
      class={classes.filter(Boolean).join(" ")}
      transform={`translate(${node.x} ${node.y})`}
      // In SVG the attribute is spelled so and in no other way.
      tabindex={0}
      role="button"
      aria-pressed={chosen}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      }}
    >
      <rect width={NODE.width} height={NODE.height} rx="5" />
      <text x="10" y={34 - more.length * 8} class={node.title.length > 14 ? "node-title long" : "node-title"}>
        {short(node.title, 17)}
      </text>
      {more.map((line, index) => (
        <text key={line} x="10" y={50 - (more.length - index) * 15 + 15 - (more.length === 1 ? 6 : 0)} class="node-more">
          {short(line, 21)}
        </text>
      ))}
    </g>
  );
}

/** What is known of the chosen device. */
function Chosen({ drawing, chosen }: { drawing: Drawing; chosen: string | undefined }) {
  const node = drawing.nodes.find(({ id }) => id === chosen);
  const asset = node?.asset;
  const lines = drawing.edges.filter((edge) => touches(edge, chosen));
  return (
    <div class="chosen-device" role="status">
      {node && (
        <>
          <h3>
            {node.title} {node.title !== node.address && <span class="address">{node.address}</span>}
          </h3>
          {node.silent && (
            <p>
              {node.silent.slice(0, MOST_SILENT).join(", ")}
              {node.silent.length > MOST_SILENT && ` and ${count(node.silent.length - MOST_SILENT)} more`}
            </p>
          )}
          {asset && (
            <p>
              {[
                asset.roles?.join(", "),
                asset.maker,
                asset.product,
                asset.order_number,
                asset.firmware && `firmware ${asset.firmware}`,
                asset.serial && `serial ${asset.serial}`,
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          )}
          <ul>
            {lines.map((edge) => (
              <li key={`${edge.from.id} ${edge.to.id}`}>
                {edge.from.id === chosen ? `asks ${edge.to.title}` : `is asked by ${edge.from.title}`}:{" "}
                {edge.protocols.join(", ")}, {bytes(edge.bytes)}, {KINDS.find(({ kind }) => kind === edge.kind)?.title}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
