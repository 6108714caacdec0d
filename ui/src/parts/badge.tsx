import type { Severity } from "../data/report";

export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "info"];

/** One bar for each step of severity: readable without colour, and on grey paper. */
const BARS: Record<Severity, number> = { critical: 5, high: 4, medium: 3, low: 2, info: 1 };

export function SeverityBadge({ severity }: { severity: Severity }) {
  const bars = Array.from({ length: 5 }, (_, bar) => (
    <rect
      key={bar}
      x={bar * 4}
      y={8 - bar * 2}
      width={3}
      height={4 + bar * 2}
      class={bar < BARS[severity] ? "bar on" : "bar"}
    />
  ));
  return (
    <span class={`badge severity ${severity}`}>
      <svg viewBox="0 0 19 12" width="19" height="12" aria-hidden="true">
        {bars}
      </svg>
      {severity}
    </span>
  );
}

export function KindBadge({ kind }: { kind: "activity" | "exposure" }) {
  const meaning = kind === "activity" ? "it was done" : "it could be done";
  return (
    <span class={`badge kind ${kind}`}>
      <b>{kind}</b> {meaning}
    </span>
  );
}

/** What a site declares of something; nothing where no site was given. */
export function DeclaredBadge({ declared }: { declared: "true" | "false" | "unknown" }) {
  if (declared === "unknown") return <span class="muted">no site file</span>;
  return declared === "true" ? (
    <span class="badge declared">declared</span>
  ) : (
    <span class="badge undeclared">not declared</span>
  );
}
