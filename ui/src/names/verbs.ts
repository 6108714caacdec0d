// The verbs of operations (crates/model), in the groups that the timeline draws apart.

export type Group = "program" | "mode" | "values" | "settings";

export const GROUPS: { group: Group; title: string }[] = [
  { group: "program", title: "Program or firmware" },
  { group: "mode", title: "Start, stop, reset, mode" },
  { group: "values", title: "Values written or forced" },
  { group: "settings", title: "Clock, address, protection" },
];

const GROUP_OF: Record<string, Group> = {
  DownloadProgram: "program",
  ActivateProgram: "program",
  DeleteProgram: "program",
  UpdateFirmware: "program",
  Start: "mode",
  Stop: "mode",
  Reset: "mode",
  ChangeMode: "mode",
  Write: "values",
  Force: "values",
  SetClock: "settings",
  SetNetwork: "settings",
  ChangeSecurity: "settings",
};

/** The group of a verb that changes something; none for those that only observe. */
export const groupOf = (verb: string): Group | undefined => GROUP_OF[verb];

/** `DownloadProgram` as people write it. */
export const spaced = (verb: string): string =>
  verb.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
