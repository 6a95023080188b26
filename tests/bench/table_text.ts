/**
 * Tables as text.
 */
import type { Table } from "./bench.ts";
import type { Spread } from "./statistics.ts";

export function tableText({ columns, rows, title }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length))
  );
  const lines = cells.map((row) =>
    row.map((cell, column) =>
      align(cell, widths[column] ?? 0, rows[0]?.[column])
    )
      .join("  ").trimEnd()
  );
  const [head = "", ...body] = lines;
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, head, rule, ...body].join("\n");
}

function align(cell: string, width: number, sample: unknown): string {
  return typeof sample === "number" ? cell.padStart(width) : cell.padEnd(width);
}

/** Three digits that count. */
export function cellText(cell: string | number): string {
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell)) return String(cell);
  const digits = Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : 3;
  return cell.toFixed(digits);
}

export function spreadText(spread: Spread | undefined): string {
  return spread === undefined
    ? ""
    : `${cellText(spread.low)} to ${cellText(spread.high)}`;
}
