// What the paragraphs and requirements that findings cite are about, in a few words of ours; the text that counts is
// the regulation's and the standard's.

const CFR = "33 CFR 101.650";
const IEC = "IEC 62443-3-3 SR";

const ABOUT: Record<string, string> = {
  [`${CFR}(a)(1)`]: "account lockout",
  [`${CFR}(a)(2)`]: "no default passwords",
  [`${CFR}(a)(3)`]: "password strength",
  [`${CFR}(a)(4)`]: "multifactor authentication for IT and remotely accessible OT",
  [`${CFR}(a)(5)`]: "least privilege",
  [`${CFR}(a)(6)`]: "separate credentials for critical IT and OT",
  [`${CFR}(a)(7)`]: "access removed when people leave",
  [`${CFR}(b)(1)`]: "approved list of hardware, firmware and software",
  [`${CFR}(b)(2)`]: "executable code disabled by default",
  [`${CFR}(b)(3)`]: "inventory of network-connected systems",
  [`${CFR}(b)(4)`]: "network map and OT device configuration",
  [`${CFR}(c)(1)`]: "logs captured, stored and protected",
  [`${CFR}(c)(2)`]: "data encrypted where feasible",
  [`${CFR}(e)(3)(iv)`]: "no exploitable channel exposed to the internet",
  [`${CFR}(e)(3)(v)`]: "no OT on the public internet without need; remote access justified",
  [`${CFR}(f)(3)`]: "third-party remote connections monitored and documented",
  [`${CFR}(g)(1)`]: "cyber incidents reported",
  [`${CFR}(g)(4)`]: "backups protected and tested",
  [`${CFR}(h)(1)`]: "IT and OT networks segmented",
  [`${CFR}(h)(2)`]: "connections between IT and OT logged and monitored",
  [`${CFR}(i)(1)`]: "physical access limited and logged",
  [`${CFR}(i)(2)`]: "unauthorised media and hardware blocked",
  [`${IEC} 1.1`]: "human user identification and authentication",
  [`${IEC} 1.2`]: "software process and device identification",
  [`${IEC} 1.5`]: "authenticator management",
  [`${IEC} 1.6`]: "wireless access management",
  [`${IEC} 1.13`]: "access via untrusted networks",
  [`${IEC} 2.1`]: "authorization enforcement",
  [`${IEC} 2.6`]: "remote session termination",
  [`${IEC} 2.8`]: "auditable events",
  [`${IEC} 2.11`]: "timestamps",
  [`${IEC} 3.1`]: "communication integrity",
  [`${IEC} 3.4`]: "software and information integrity",
  [`${IEC} 3.5`]: "input validation",
  [`${IEC} 4.1`]: "information confidentiality",
  [`${IEC} 5.1`]: "network segmentation",
  [`${IEC} 5.2`]: "zone boundary protection",
  [`${IEC} 6.1`]: "audit log accessibility",
  [`${IEC} 6.2`]: "continuous monitoring",
  [`${IEC} 7.1`]: "denial of service protection",
  [`${IEC} 7.3`]: "control system backup",
  [`${IEC} 7.6`]: "network and security configuration settings",
  [`${IEC} 7.7`]: "least functionality",
  [`${IEC} 7.8`]: "control system component inventory",
};

export const control = (name: string): string | undefined => ABOUT[name];

export const isRegulation = (name: string): boolean => name.startsWith(CFR);
