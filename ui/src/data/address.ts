// What an address tells of itself.

const parts = (address: string): number[] | undefined => {
  const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  return found?.slice(1).map(Number);
};

export const isMac = (address: string): boolean => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(address);

/** Whether this names many machines: multicast or broadcast. */
export function isGroup(address: string): boolean {
  if (isMac(address)) return (parseInt(address.slice(0, 2), 16) & 1) === 1;
  const four = parts(address);
  if (!four) return address.startsWith("ff") && address.includes(":");
  const [a = 0, , , d = 0] = four;
  return a >= 224 || d === 255;
}

/** Whether this is routed between providers. The same rule as `Scope::without_a_site` in crates/model. */
export function isPublic(address: string): boolean {
  if (isMac(address)) return false;
  const four = parts(address);
  if (!four) return !/^(f[cdef]|::1?$)/.test(address);
  const [a = 0, b = 0] = four;
  const kept =
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128);
  return !(kept || a === 0 || a >= 224);
}

/** The network an address is in, as far as one can guess: /24 of IPv4, /64 of IPv6. */
export function network(address: string): string {
  if (isMac(address)) return "No IP address seen";
  if (isPublic(address)) return "Outside: public addresses";
  const four = parts(address);
  if (four) return `${four.slice(0, 3).join(".")}.0/24`;
  if (/^fe[89ab]/.test(address)) return "IPv6 link-local";
  return `${address.split(":").slice(0, 4).join(":")}::/64`;
}
