// What the page is given. The names are those of the record tables (docs/records.md); what is absent is left out.

export interface Page {
  about: About;
  answers: Answer[];
  /** Rows of each list that are not in the page. */
  left_out: Record<string, number>;
  /** What the rules that found something look for. */
  rules: Record<string, { title: string; meaning: string; limits: string }>;
  summary: Summary;
}

export interface About {
  title: string;
  captures: { name: string; bytes?: number; sha256?: string }[];
  more_captures?: number;
  written?: string;
}

export interface Answer {
  id: string;
  question: string;
  headline: string;
  points?: string[];
  /** It puts all other answers in doubt. */
  grave: boolean;
}

export interface Summary {
  quaywatch: string;
  capture: {
    first?: string;
    last?: string;
    packets: number;
    wire_bytes: number;
    captured_bytes: number;
    missed_bytes: number;
    conversations_begun_before: number;
    /** Where reading stopped before an input's end. */
    stopped: { file: string; offset: number; total?: number; reason: string; unread_bytes?: number }[];
    /** Inputs whose checksum is wrong. */
    damaged: string[];
    /** What whoever captured says was lost. */
    dropped: { file: string; interface: number; packets: number; received?: number }[];
  };
  protocols: Record<string, ProtocolTotal>;
  operations: Operation[];
  changes: Change[];
  changes_not_listed: number;
  transfers: Transfer[];
  transfers_not_listed: number;
  assets: Asset[];
  links: Link[];
  remote_access: RemoteAccess[];
  /** Absent where the ledger of what leaves was not kept. */
  disclosures?: Disclosure[];
  findings: Finding[];
  problems: Problem[];
}

export interface ProtocolTotal {
  conversations: number;
  packets: number;
  wire_bytes: number;
  /** Of a tunnel: what is counted with what it carries instead. */
  carried_packets?: number;
  carried_wire_bytes?: number;
}

/** Where a frame stands, if the page is of several captures. */
export interface Place {
  file: string;
  frame: number;
}

export type Severity = "critical" | "high" | "medium" | "low" | "info";

export interface Operation {
  client: string;
  server: string;
  protocol: string;
  verb: string;
  function: string;
  count: number;
  accepted: number;
  refused: number;
  unanswered: number;
  unseen: number;
  bytes: number;
  first: string;
  last: string;
}

export interface Change {
  time: string;
  client: string;
  server: string;
  protocol: string;
  verb: string;
  function: string;
  items: string[];
  more_items?: number;
  outcome: string;
  code?: string;
  unit?: number;
  bytes?: number;
  /** How many more of the same object followed that are not listed, and when the last. */
  repeated?: number;
  until?: string;
  frames: number[];
  found_in?: Place[];
}

export interface Transfer {
  start: string;
  end: string;
  client: string;
  server: string;
  protocol: string;
  kind: string;
  direction: string;
  name?: string;
  block_type?: string;
  block_number?: number;
  mime_type?: string;
  bytes: number;
  missing_bytes: number;
  complete: boolean;
  sha256?: string;
  carved?: string;
}

export interface Asset {
  mac?: string;
  addresses?: string[];
  more_addresses?: number;
  names?: string[];
  crane?: string;
  zone?: string;
  maker?: string;
  product?: string;
  order_number?: string;
  serial?: string;
  firmware?: string;
  operating_system?: string;
  roles?: string[];
  protocols_served?: string[];
  protocols_used?: string[];
  first_seen: string;
  last_seen: string;
  declared: Declared;
  evidence: { protocol: string; attribute: string; value: string; frame: number }[];
}

export type Declared = "true" | "false" | "unknown";

export interface Link {
  client: string;
  server: string;
  server_port?: number;
  protocol: string;
  conversations: number;
  failed: number;
  packets_out: number;
  packets_in: number;
  bytes_out: number;
  bytes_in: number;
  first: string;
  last: string;
  first_frame: number;
  found_in?: Place[];
}

export interface RemoteAccess {
  start: string;
  end: string;
  client: string;
  server: string;
  server_port?: number;
  kind: string;
  direction: string;
  conversations: number;
  bytes_out: number;
  bytes_in: number;
  declared: Declared;
  evidence?: string[];
}

export interface Disclosure {
  start: string;
  end: string;
  client: string;
  recipient: string;
  recipient_port?: number;
  recipient_name?: string;
  /** How many machines were tried in a sweep with it, of which none answered. */
  tried?: number;
  recipient_scope: string;
  protocol: string;
  data_class: string;
  conversations?: number;
  count?: number;
  bytes: number;
  samples?: string[];
  declared: Declared;
}

export interface Finding {
  time: string;
  severity: Severity;
  kind: "activity" | "exposure";
  rule: string;
  title: string;
  explanation: string;
  crane?: string;
  subjects?: string[];
  techniques?: string[];
  controls?: string[];
  evidence: number[];
  found_in?: Place[];
  count: number;
  advice: string;
}

export interface Problem {
  layer: string;
  reason: string;
  verdict: string;
  count: number;
  bytes: number;
}
