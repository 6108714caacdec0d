import { useView } from "../parts/context";
import { bytes, count, day, duration, many, millis } from "../parts/number";

/** What this is a report of. */
export function Masthead() {
  const { about, summary } = useView().page;
  const { first, last, packets, wire_bytes, stopped, damaged } = summary.capture;
  const inDoubt = stopped.length > 0 || damaged.length > 0;
  const conversations = Object.values(summary.protocols).reduce((sum, one) => sum + one.conversations, 0);
  return (
    <header class="masthead">
      <p class="brand">
        <Mark /> Quaywatch <span>crane network report</span>
      </p>
      <h1>{about.title}</h1>
      <dl class="facts">
        {first && last && (
          <div>
            <dt>Captured</dt>
            <dd>
              {day(first)} to {day(last)} UTC <span class="muted">({duration(millis(last) - millis(first))})</span>
            </dd>
          </div>
        )}
        <div>
          <dt>Read</dt>
          <dd>
            {many(packets, "packet")}, {bytes(wire_bytes)}, {many(conversations, "conversation")}
            {inDoubt && (
              <>
                {" "}
                <a class="alarm" href="#unseen">
                  not read to the end, or damaged
                </a>
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>
            {about.captures.slice(0, 3).map((capture) => (
              <span key={capture.name} class="capture">
                {capture.name}
              </span>
            ))}
            {about.captures.length > 3 && ` and ${count(about.captures.length - 3)} more`}
          </dd>
        </div>
        {about.written && (
          <div>
            <dt>Written</dt>
            <dd>{day(about.written)} UTC</dd>
          </div>
        )}
      </dl>
      <p class="handling">
        Handle as confidential: this report names devices, addresses and weaknesses of a port&rsquo;s equipment.
      </p>
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" class="mark">
      <path d="M6 29 L11 9 M26 29 L21 9 M8.5 19 H23.5 M2 9 H30 M11 9 L16 3 L21 9 M26 9 V15" />
    </svg>
  );
}
