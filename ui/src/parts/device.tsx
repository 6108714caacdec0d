import { useView } from "./context";

/** An address with what the device there is called. */
export function Device({ address }: { address: string }) {
  const name = useView().devices.name(address);
  return (
    <span class="device">
      <span class="address">{address}</span>
      {name && <span class="name">{name}</span>}
    </span>
  );
}

/** An address with its name as plain text, to sort and filter by. */
export function useDeviceText(): (address: string) => string {
  const { devices } = useView();
  return (address) => `${address} ${devices.name(address) ?? ""}`;
}
