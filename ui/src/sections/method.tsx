import { useView } from "../parts/context";
import { bytes, count } from "../parts/number";
import { Section } from "../parts/section";

export function Method() {
  const { about, summary } = useView().page;
  return (
    <Section id="method" title="How this was made">
      <p>
        Quaywatch {summary.quaywatch} read the captures below, put IP and TCP together with explicit gaps, recognised
        protocols by their content, paired requests with their answers, and asked its rules about what it found. It sent
        nothing to any device. The same captures and the same version give the same report, byte for byte.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Captures">
        <table>
          <caption>Captures</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="numeric">
                Size
              </th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {about.captures.map((capture, index) => (
              <tr key={index}>
                <td>{capture.name}</td>
                <td class="numeric">{capture.bytes === undefined ? "not known" : bytes(capture.bytes)}</td>
                <td class="wide">
                  <code class="digest">{capture.sha256 ?? "not taken"}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {about.more_captures && <p class="left-out">And {count(about.more_captures)} more captures.</p>}
      <p class="muted">
        Words in quotation marks, names and values come from the network itself: whoever sent them chose them. Technique
        names are those of MITRE ATT&amp;CK for ICS, version 18. What paragraphs and requirements are about is said in our
        words; the regulation&rsquo;s and the standard&rsquo;s own text is what counts.
      </p>
      <div class="signatures" aria-hidden="true">
        <span>Reviewed by</span>
        <span>Role</span>
        <span>Date</span>
      </div>
    </Section>
  );
}
