import { SEVERITIES, SeverityBadge } from "../parts/badge";
import { useView } from "../parts/context";
import { count } from "../parts/number";
import { Section } from "../parts/section";

/** Where the whole of each answer stands. */
const MORE: Record<string, { href: string; text: string }> = {
  devices: { href: "#assets", text: "Devices" },
  reach: { href: "#remote", text: "Remote access" },
  sent: { href: "#sent", text: "What left, for whom" },
  attention: { href: "#findings", text: "Findings" },
  unseen: { href: "#unseen", text: "Not seen, not read" },
};

export function Answers() {
  const { answers, summary } = useView().page;
  const grave = SEVERITIES.map((severity) => ({
    severity,
    found: summary.findings.filter((finding) => finding.severity === severity).length,
  }));
  return (
    <Section id="answers" title="In short">
      <ul class="gravity" aria-label="Findings by severity">
        {grave.map(({ severity, found }) => (
          <li key={severity} class={found > 0 ? severity : "none"}>
            <b>{count(found)}</b> <SeverityBadge severity={severity} />
          </li>
        ))}
      </ul>
      <div class="answers">
        {answers.map((answer) => (
          <article key={answer.id} class={`answer ${answer.id} ${answer.grave ? "grave" : ""}`}>
            <h3>{answer.question}</h3>
            <p class="headline">{answer.headline}</p>
            <ul>
              {answer.points?.map((point, index) => <li key={index}>{point}</li>)}
            </ul>
            <More answer={answer.id} />
          </article>
        ))}
      </div>
    </Section>
  );
}

function More({ answer }: { answer: string }) {
  const more = MORE[answer];
  return more ? (
    <p class="more">
      <a href={more.href}>{more.text}</a>
    </p>
  ) : null;
}
