// Numbers and times as people read them. All times are UTC.

import type { Place } from "../data/report";

const COUNT = new Intl.NumberFormat("en-US");

export const count = (number: number): string => COUNT.format(number);

export const many = (number: number, noun: string, plural = `${noun}s`): string =>
  `${count(number)} ${number === 1 ? noun : plural}`;

export function bytes(number: number): string {
  let value = number;
  let unit = "B";
  for (const larger of ["kB", "MB", "GB", "TB"]) {
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  return unit === "B" ? `${count(number)} B` : `${value.toFixed(1)} ${unit}`;
}

/** `2026-11-20 05:54:08`. */
export const day = (time: string): string => time.slice(0, 19).replace("T", " ");

/** `05:54:08.103`. */
export const clock = (time: string): string => time.slice(11, 23);

/** Milliseconds since 1970. */
export const millis = (time: string): number => Date.parse(`${time.slice(0, 23)}Z`);

export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${milliseconds.toFixed(0)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${count(Math.floor(whole / 3600))} h ${Math.floor(whole / 60) % 60} min`;
}

/** `container_ids` as people write it. */
export const words = (name: string): string => name.replaceAll("_", " ");

/** `17, 18`, and of several captures `rail.pcap:17, rail.pcap:18`. */
export const cited = (frames: number[], places?: Place[]): string =>
  (places?.map(({ file, frame }) => `${file}:${frame}`) ?? frames).join(", ");
