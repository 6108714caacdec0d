import { useMemo } from "preact/hooks";
import { Devices } from "./data/device";
import type { Page } from "./data/report";
import { ViewContext } from "./parts/context";
import { Answers } from "./sections/answers";
import { Findings } from "./sections/findings";
import { NetworkMap } from "./sections/map";
import { Masthead } from "./sections/masthead";
import { Method } from "./sections/method";
import { Sent } from "./sections/sent";
import { Assets, Changes, Conversations, Operations, Remote, Transfers } from "./sections/tables";
import { Timeline } from "./sections/timeline";
import { Unseen } from "./sections/unseen";

const CONTENTS = [
  ["answers", "In short"],
  ["findings", "What deserves attention"],
  ["map", "The network"],
  ["timeline", "Who did what, when"],
  ["sent", "What left, for whom"],
  ["remote", "Remote access"],
  ["assets", "Devices"],
  ["transfers", "Programs and files"],
  ["changes", "Changes"],
  ["operations", "Operations"],
  ["conversations", "Conversations"],
  ["unseen", "Not seen, not read"],
  ["method", "How this was made"],
] as const;

export function App({ page, printing }: { page: Page; printing: boolean }) {
  const devices = useMemo(() => new Devices(page.summary), [page]);
  const view = useMemo(() => ({ page, devices, printing }), [page, devices, printing]);
  return (
    <ViewContext.Provider value={view}>
      <a class="skip" href="#answers">
        Skip to the answers
      </a>
      <Masthead />
      <div class="columns">
        <nav class="contents" aria-label="Contents">
          <ul>
            {CONTENTS.map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
          <div class="page-tools">
            <button type="button" onClick={() => window.print()}>
              Print
            </button>
            <button type="button" onClick={turnColours}>
              Light or dark
            </button>
          </div>
        </nav>
        <main>
          <Answers />
          <Findings />
          <NetworkMap />
          <Timeline />
          <Sent />
          <Remote />
          <Assets />
          <Transfers />
          <Changes />
          <Operations />
          <Conversations />
          <Unseen />
          <Method />
        </main>
      </div>
    </ViewContext.Provider>
  );
}

/** From what the system prefers to the other, and back. */
function turnColours() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset["theme"] ?? (dark ? "dark" : "light");
  root.dataset["theme"] = now === "dark" ? "light" : "dark";
}
