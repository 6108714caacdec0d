import { useState } from "preact/hooks";
import type { Finding, Severity } from "../data/report";
import { control, isRegulation } from "../names/controls";
import { technique } from "../names/techniques";
import { KindBadge, SEVERITIES, SeverityBadge } from "../parts/badge";
import { useView } from "../parts/context";
import { Device } from "../parts/device";
import { cited, count, day, many } from "../parts/number";
import { Nothing, Section } from "../parts/section";

/** So many findings of one rule are unfolded at first. */
const UNFOLDED = 6;

interface Choice {
  severities: Set<Severity>;
  kind: "both" | "activity" | "exposure";
}

export function Findings() {
  const { page, printing } = useView();
  const findings = page.summary.findings;
  const [choice, setChoice] = useState<Choice>({ severities: new Set(SEVERITIES), kind: "both" });
  const wanted = printing
    ? findings
    : findings.filter(
        (finding) =>
          choice.severities.has(finding.severity) && (choice.kind === "both" || choice.kind === finding.kind),
      );
  const left = page.left_out["findings"] ?? 0;
  return (
    <Section
      id="findings"
      title="What deserves attention"
      newPage
      lead={
        <>
          Each finding is either <b>activity</b>, which was done and is in the capture, or <b>exposure</b>, which could be
          done. No finding claims a motive: a program download under a work order and one without look the same on the
          wire. Frame numbers are those of the capture, to be looked up in Wireshark.
        </>
      }
    >
      {findings.length === 0 ? (
        <Nothing>No rule found anything in what was captured. That is no proof that nothing happened.</Nothing>
      ) : (
        <>
          <Chooser findings={findings} choice={choice} change={setChoice} />
          {byRule(wanted).map((group) => (
            <RuleCard key={group[0]?.rule} findings={group} />
          ))}
          {wanted.length === 0 && <Nothing>None of the {many(findings.length, "finding")} is of that choice.</Nothing>}
          {left > 0 && <p class="left-out">{many(left, "finding")} more are not in this page.</p>}
          <Paragraphs findings={findings} />
        </>
      )}
    </Section>
  );
}

/** Findings of one rule together, in the order in which the first of each stands. */
function byRule(findings: Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.rule);
    if (group) group.push(finding);
    else groups.set(finding.rule, [finding]);
  }
  return [...groups.values()];
}

interface ChooserProps {
  findings: Finding[];
  choice: Choice;
  change: (choice: Choice) => void;
}

function Chooser({ findings, choice, change }: ChooserProps) {
  const toggle = (severity: Severity) => {
    const severities = new Set(choice.severities);
    if (!severities.delete(severity)) severities.add(severity);
    change({ ...choice, severities });
  };
  return (
    <fieldset class="chooser">
      <legend>Show</legend>
      {SEVERITIES.map((severity) => {
        const found = findings.filter((finding) => finding.severity === severity).length;
        return (
          found > 0 && (
            <label key={severity}>
              <input
                type="checkbox"
                checked={choice.severities.has(severity)}
                onChange={() => toggle(severity)}
              />
              {severity} ({count(found)})
            </label>
          )
        );
      })}
      <label>
        Kind{" "}
        <select
          value={choice.kind}
          onChange={(event) => change({ ...choice, kind: event.currentTarget.value as Choice["kind"] })}
        >
          <option value="both">activity and exposure</option>
          <option value="activity">activity only</option>
          <option value="exposure">exposure only</option>
        </select>
      </label>
    </fieldset>
  );
}

function RuleCard({ findings }: { findings: Finding[] }) {
  const { page, printing } = useView();
  const [all, setAll] = useState(false);
  const [first] = findings;
  if (!first) return null;
  const rule = page.rules[first.rule];
  const shown = all || printing ? findings : findings.slice(0, UNFOLDED);
  return (
    <article class={`rule ${first.severity}`} aria-labelledby={`rule-${first.rule}`}>
      <header>
        <SeverityBadge severity={first.severity} />
        <KindBadge kind={first.kind} />
        <code class="rule-name">{first.rule}</code>
        <h3 id={`rule-${first.rule}`}>
          {rule?.title ?? first.rule}
          {findings.length > 1 && <span class="times"> {count(findings.length)} findings</span>}
        </h3>
        {rule && <p class="meaning">{rule.meaning}</p>}
      </header>
      <ul class="instances">
        {shown.map((finding, index) => (
          <Instance key={index} finding={finding} marked={finding.severity !== first.severity} />
        ))}
      </ul>
      {shown.length < findings.length && (
        <button type="button" class="unfold" onClick={() => setAll(true)}>
          Show {count(findings.length - shown.length)} more
        </button>
      )}
      <p class="advice">
        <b>What to do.</b> {first.advice}
      </p>
      <Standards finding={first} />
      {rule && (
        <p class="limits">
          <b>What this cannot tell.</b> {rule.limits}
        </p>
      )}
    </article>
  );
}

/** One finding; marked where it is not as grave as the gravest of its rule. */
function Instance({ finding, marked }: { finding: Finding; marked: boolean }) {
  return (
    <li>
      <h4>
        {marked && <SeverityBadge severity={finding.severity} />} {finding.title}
      </h4>
      <p>{finding.explanation}</p>
      <dl class="proof">
        <div>
          <dt>First seen</dt>
          <dd>{day(finding.time)} UTC</dd>
        </div>
        <div>
          <dt>How often</dt>
          <dd>{count(finding.count)}</dd>
        </div>
        {finding.evidence.length > 0 && (
          <div>
            <dt>Frames</dt>
            <dd class="frames">{cited(finding.evidence, finding.found_in)}</dd>
          </div>
        )}
        {finding.crane && (
          <div>
            <dt>Crane</dt>
            <dd>{finding.crane}</dd>
          </div>
        )}
        {finding.subjects && finding.subjects.length > 0 && (
          <div>
            <dt>Concerns</dt>
            <dd>
              {finding.subjects.map((address) => (
                <Device key={address} address={address} />
              ))}
            </dd>
          </div>
        )}
      </dl>
    </li>
  );
}

/** Techniques, paragraphs and requirements, each with what it is about. */
function Standards({ finding }: { finding: Finding }) {
  const controls = finding.controls ?? [];
  const lists = [
    { title: "ATT&CK for ICS", names: finding.techniques ?? [], about: technique },
    { title: "33 CFR 101.650", names: controls.filter(isRegulation), about: control },
    { title: "IEC 62443-3-3", names: controls.filter((name) => !isRegulation(name)), about: control },
  ];
  return (
    <dl class="standards">
      {lists.map(
        ({ title, names, about }) =>
          names.length > 0 && (
            <div key={title}>
              <dt>{title}</dt>
              {names.map((name) => (
                <dd key={name}>
                  <b>{name.replace(/^33 CFR 101\.650|^IEC 62443-3-3 /, "")}</b> {about(name)}
                </dd>
              ))}
            </div>
          ),
      )}
    </dl>
  );
}

/** For who inspects by the regulation: which findings bear on which paragraph. */
function Paragraphs({ findings }: { findings: Finding[] }) {
  const { page } = useView();
  const paragraphs = new Map<string, Finding[]>();
  for (const finding of findings) {
    for (const name of finding.controls ?? []) {
      if (isRegulation(name)) paragraphs.set(name, [...(paragraphs.get(name) ?? []), finding]);
    }
  }
  if (paragraphs.size === 0) return null;
  return (
    <div class="table paragraphs">
      <h3>By paragraph of 33 CFR 101.650</h3>
      <p class="lead">
        A finding names the paragraphs it bears on. It does not say that a paragraph is not complied with: that takes the
        Cybersecurity Plan, the work orders and the people.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Findings by paragraph of 33 CFR 101.650">
        <table>
          <caption class="hidden">Findings by paragraph of 33 CFR 101.650</caption>
          <thead>
            <tr>
              <th scope="col">Paragraph</th>
              <th scope="col">About</th>
              <th scope="col">Gravest</th>
              <th scope="col" class="numeric">Findings</th>
              <th scope="col">Of which kind</th>
            </tr>
          </thead>
          <tbody>
            {[...paragraphs].sort().map(([name, found]) => (
              <tr key={name}>
                <th scope="row">{name.replace("33 CFR 101.650", "")}</th>
                <td class="wide">{control(name)}</td>
                <td>{found[0] && <SeverityBadge severity={found[0].severity} />}</td>
                <td class="numeric">{count(found.length)}</td>
                <td class="wide">
                  {[...new Set(found.map((one) => page.rules[one.rule]?.title ?? one.rule))].join("; ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
