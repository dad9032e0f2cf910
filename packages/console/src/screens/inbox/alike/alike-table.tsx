import { Checkbox, Select } from "../../../ui/field.tsx";
import { Badge, Severity } from "../../../ui/status.tsx";
import { wordsOf } from "../../../ui/words.ts";
import { copy } from "./copy.ts";
import type { Differences } from "./differences.ts";

/** What one of them is decided, where that is not what the others are. */
export type Own = "approve" | "reject" | "skip";

/** Only what differs, what stands out first; each may be left out or decided otherwise. */
export function AlikeTable({
  differences,
  chosen,
  own,
  isForm,
  onChosen,
  onOwn,
}: {
  differences: Differences;
  chosen: ReadonlySet<string>;
  own: Readonly<Record<string, Own>>;
  isForm: boolean;
  onChosen: (holds: ReadonlySet<string>) => void;
  onOwn: (own: Readonly<Record<string, Own>>) => void;
}) {
  const { rows, columns } = differences;
  const all = rows.map(({ hold }) => hold.id);
  const toggle = (id: string): void =>
    onChosen(new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id]));
  const put = (id: string, choice: string): void => {
    const { [id]: _before, ...rest } = own;
    onOwn(choice === "" ? rest : { ...rest, [id]: choice as Own });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={copy.table} tabIndex={0} className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th scope="col" className="py-2 pl-3">
              <Checkbox
                aria-label={copy.all}
                checked={chosen.size === all.length}
                onChange={() => onChosen(new Set(chosen.size === all.length ? [] : all))}
              />
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              {copy.hold}
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" className="px-3 py-2 font-medium wrap-anywhere">
                {wordsOf(name)}
              </th>
            ))}
            <th scope="col" className="px-3 py-2 font-medium">
              {copy.own}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ hold, cells, odd }) => (
            <tr key={hold.id} className="border-b border-line align-top last:border-0">
              <td className="py-2 pl-3">
                <Checkbox
                  aria-label={copy.select(hold.title)}
                  checked={chosen.has(hold.id)}
                  onChange={() => toggle(hold.id)}
                />
              </td>
              <th scope="row" className="min-w-52 px-3 py-2 text-left font-medium wrap-anywhere">
                {hold.title}
                <span className="mt-1 flex flex-wrap gap-1.5">
                  <Severity value={hold.severity} />
                  {odd && <Badge tone="warn">{copy.odd}</Badge>}
                </span>
              </th>
              {cells.map((cell, at) => (
                <td key={columns[at]} className="max-w-64 px-3 py-2 wrap-anywhere">
                  {cell}
                </td>
              ))}
              <td className="px-3 py-2">
                <Select
                  aria-label={copy.ownOf(hold.title)}
                  value={own[hold.id] ?? ""}
                  onChange={({ target }) => put(hold.id, target.value)}
                  className="h-8 w-32"
                >
                  <option value="">{copy.asAll}</option>
                  {!isForm && <option value="approve">{copy.approve}</option>}
                  {!isForm && <option value="reject">{copy.reject}</option>}
                  <option value="skip">{copy.skip}</option>
                </Select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
