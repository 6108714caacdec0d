import type { Page } from "./report";

/** Where the page gets what it shows. The report has all of it from the start; a live view will be told of more. */
export interface Feed {
  current(): Page;
  /** Calls back whenever there is something new; gives what ends that. */
  watch(changed: () => void): () => void;
}

/** What was put into this page when it was written. */
export function embedded(): Feed {
  const page = JSON.parse(document.getElementById("data")?.textContent ?? "") as Page;
  return { current: () => page, watch: () => () => undefined };
}
