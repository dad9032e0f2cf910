import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  type RowData,
  type RowSelectionState,
  type SortingState,
  useReactTable,
  type VisibilityState,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { classNames } from "./class-names.ts";

export type { ColumnDef } from "@tanstack/react-table";

type Setter<T> = (value: T | ((before: T) => T)) => void;

/**
 * A real table. Sorting, selection and which columns are shown are the screen's (keep them in the address); the rows come in the order they
 * are to be shown.
 */
export function DataTable<T extends RowData>({
  label,
  columns,
  rows,
  rowId,
  sorting,
  onSorting,
  selection,
  onSelection,
  visibility,
  onRow,
}: {
  /** What the table is of, for screen readers. */
  label: string;
  // biome-ignore lint/suspicious/noExplicitAny: each column has a value of its own type
  columns: ColumnDef<T, any>[];
  rows: T[];
  rowId: (row: T) => string;
  sorting?: SortingState;
  onSorting?: Setter<SortingState>;
  selection?: RowSelectionState;
  onSelection?: Setter<RowSelectionState>;
  visibility?: VisibilityState;
  /** What a click on a row does; give the row's first cell a link as well, for the keyboard. */
  onRow?: (row: T) => void;
}) {
  const table = useReactTable({
    data: rows,
    columns,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    enableRowSelection: onSelection !== undefined,
    state: { sorting: sorting ?? [], rowSelection: selection ?? {}, columnVisibility: visibility ?? {} },
    ...(onSorting ? { onSortingChange: onSorting } : { enableSorting: false }),
    ...(onSelection ? { onRowSelectionChange: onSelection } : {}),
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b border-line text-left text-xs text-muted">
              {group.headers.map(({ id, column, isPlaceholder, getContext }) => {
                const sorted = column.getIsSorted();
                const content = isPlaceholder ? null : flexRender(column.columnDef.header, getContext());
                return (
                  <th
                    key={id}
                    scope="col"
                    aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
                    className="px-3 py-2 font-medium whitespace-nowrap"
                  >
                    {column.getCanSort() ? (
                      <button
                        type="button"
                        onClick={column.getToggleSortingHandler()}
                        className="inline-flex items-center gap-1 hover:text-ink"
                      >
                        {content}
                        {sorted === "asc" && <ArrowUp size={12} aria-hidden="true" />}
                        {sorted === "desc" && <ArrowDown size={12} aria-hidden="true" />}
                      </button>
                    ) : (
                      content
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr
              key={row.id}
              aria-selected={onSelection ? row.getIsSelected() : undefined}
              onClick={onRow && (() => onRow(row.original))}
              className={classNames(
                "border-b border-line align-top hover:bg-hover",
                onRow && "cursor-pointer",
                row.getIsSelected() && "bg-accent-soft",
              )}
            >
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id} className="px-3 py-2">
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
