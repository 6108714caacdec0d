import type { Asset, Summary } from "./report";

/** Finds devices by their addresses. */
export class Devices {
  readonly #byAddress = new Map<string, Asset>();

  constructor(summary: Summary) {
    for (const asset of summary.assets) {
      for (const address of asset.addresses ?? []) this.#byAddress.set(address, asset);
      if (asset.mac) this.#byAddress.set(asset.mac, asset);
    }
  }

  at(address: string): Asset | undefined {
    return this.#byAddress.get(address);
  }

  /** What a device is called, where it is called anything. */
  name(address: string): string | undefined {
    const asset = this.at(address);
    return asset && nameOf(asset);
  }
}

export const nameOf = (asset: Asset): string | undefined => asset.names?.[0] ?? asset.product;

export const mainAddress = (asset: Asset): string => asset.addresses?.[0] ?? asset.mac ?? "no address";

/** Where the site says that a device belongs: `STS07/control`. The zone's own name may begin with the crane's. */
export function placeOf({ crane, zone }: Asset): string {
  if (!crane || zone?.startsWith(`${crane}/`)) return zone ?? "";
  return zone ? `${crane}, ${zone}` : crane;
}
