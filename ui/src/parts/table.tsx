import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useView } from "./context";
import { count } from "./number";

export interface Column<Row> {
  title: string;
  /** What the cell says, to show, sort and filter by. */
  text: (row: Row) => string;
  /** What is shown in place of the text. */
  cell?: (row: Row) => ComponentChildren;
  /** What it is sorted by in place of the text, and set to the right where `numeric`. */
  number?: (row: Row) => number;
  wide?: boolean;
  /** The text is a date and a time, which may stand on two lines. */
  when?: boolean;
}

export interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  /** Rows that are not in the page. */
  leftOut?: number;
}

/** Rows on the screen at once, and on paper: a page of more would be slow, and nobody reads more on paper. */
const ON_SCREEN = 25;
const ON_PAPER = 250;
/** Fewer rows need no filter. */
const FILTERED_FROM = 8;

interface Order {
  column: number;
  down: boolean;
}

export function Table<Row>({ caption, columns: all, rows, leftOut = 0 }: TableProps<Row>) {
  const { printing } = useView();
  const columns = useMemo(() => told(all, rows), [rows]);
  const [filter, setFilter] = useState("");
  const [order, setOrder] = useState<Order>();
  const [start, setStart] = useState(0);
  const shown = useMemo(
    () => sorted(filtered(rows, columns, filter), columns, order),
    [rows, columns, filter, order],
  );
  const from = printing ? 0 : Math.min(start, Math.max(shown.length - 1, 0));
  const size = printing ? ON_PAPER : ON_SCREEN;
  const visible = shown.slice(from, from + size);
  const turn = (column: number) => {
    setStart(0);
    setOrder((now) => (now?.column === column ? { column, down: !now.down } : { column, down: false }));
  };
  return (
    <div class="table">
      {rows.length >= FILTERED_FROM && (
        <div class="table-tools">
          <label>
            Filter{" "}
            <input
              type="search"
              value={filter}
              onInput={(event) => {
                setStart(0);
                setFilter(event.currentTarget.value);
              }}
            />
          </label>
          <span role="status" class="muted">
            {filter ? `${count(shown.length)} of ${count(rows.length)} rows` : `${count(rows.length)} rows`}
          </span>
        </div>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <th
                  key={column.title}
                  scope="col"
                  class={column.number ? "numeric" : undefined}
                  aria-sort={order?.column === index ? (order.down ? "descending" : "ascending") : "none"}
                >
                  <button type="button" onClick={() => turn(index)}>
                    {column.title}
                    <span class="arrow" aria-hidden="true">
                      {order?.column === index ? (order.down ? "▼" : "▲") : ""}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.map((row, index) => (
              <tr key={from + index}>
                {columns.map((column) => (
                  <td
                    key={column.title}
                    class={[column.number && "numeric", column.wide && "wide"].filter(Boolean).join(" ")}
                  >
                    {content(column, row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages from={from} size={size} all={shown.length} printing={printing} go={setStart} caption={caption} />
      {leftOut > 0 && (
        <p class="left-out">
          {count(leftOut)} more {leftOut === 1 ? "row is" : "rows are"} not in this page; the tables written by{" "}
          <code>--out</code> hold every one.
        </p>
      )}
    </div>
  );
}

/** A column in which nothing is said is left out. */
function told<Row>(columns: Column<Row>[], rows: Row[]): Column<Row>[] {
  return columns.filter(({ text }) => rows.length === 0 || rows.some((row) => text(row) !== ""));
}

function content<Row>(column: Column<Row>, row: Row): ComponentChildren {
  if (column.cell) return column.cell(row);
  const text = column.text(row);
  if (!column.when) return text;
  const [date, time] = text.split(" ");
  return (
    <>
      <span class="unbroken">{date}</span> <span class="unbroken">{time}</span>
    </>
  );
}

interface PagesProps {
  from: number;
  size: number;
  all: number;
  printing: boolean;
  caption: string;
  go: (start: number) => void;
}

function Pages({ from, size, all, printing, caption, go }: PagesProps) {
  if (all <= size) return null;
  if (printing) return <p class="left-out">The first {count(size)} of {count(all)} rows are printed.</p>;
  const to = Math.min(from + size, all);
  return (
    <nav class="pages" aria-label={`Pages of ${caption}`}>
      <button type="button" disabled={from === 0} onClick={() => go(Math.max(from - size, 0))}>
        Previous
      </button>
      <span>
        {count(from + 1)}–{count(to)} of {count(all)}
      </span>
      <button type="button" disabled={to >= all} onClick={() => go(from + size)}>
        Next
      </button>
    </nav>
  );
}

function filtered<Row>(rows: Row[], columns: Column<Row>[], filter: string): Row[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((column) => column.text(row)).join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

function sorted<Row>(rows: Row[], columns: Column<Row>[], order: Order | undefined): Row[] {
  const column = order && columns[order.column];
  if (!order || !column) return rows;
  const { number, text } = column;
  const compare = number
    ? (a: Row, b: Row) => number(a) - number(b)
    : (a: Row, b: Row) => COLLATOR.compare(text(a), text(b));
  return [...rows].sort(order.down ? (a, b) => compare(b, a) : compare);
}
