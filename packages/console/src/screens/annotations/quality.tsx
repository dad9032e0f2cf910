import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../data/api.ts";
import { Answered } from "../../ui/answered.tsx";
import { Nothing, Panel, Section } from "../../ui/page.tsx";
import { copy } from "./copy.ts";

const words = copy.quality;

/** How a queue stands, and how far its labels can be relied on. */
export function Quality({ queue }: { queue: string }) {
  const report = useQuery(api("annotations.report", { queue }));
  return (
    <Answered query={report} absent={copy.absent} rows={6}>
      {({ done, waiting, disputed, checked, corrected, agreement, predictions, labels }) => (
        <div className="grid gap-6">
          <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            <FigureBox title={words.items}>{done}</FigureBox>
            <FigureBox title={words.waiting}>{waiting}</FigureBox>
            <FigureBox title={words.disputed}>{words.of(disputed, done)}</FigureBox>
            <FigureBox title={words.corrected}>{words.of(corrected, checked)}</FigureBox>
          </dl>
          {done === 0 ? (
            <Panel>
              <Nothing>{words.empty}</Nothing>
            </Panel>
          ) : (
            <>
              <Section title={words.agreement} hint={words.agreementNote}>
                <dl className="grid gap-3 sm:grid-cols-3">
                  <FigureBox title={words.alpha} note={inWords(agreement.krippendorff)}>
                    {numberText(agreement.krippendorff)}
                  </FigureBox>
                  <FigureBox title={words.kappa} note={inWords(agreement.fleiss?.kappa ?? null)}>
                    {numberText(agreement.fleiss?.kappa ?? null)}
                  </FigureBox>
                  <FigureBox title={words.observed}>{percent(agreement.fleiss?.observed ?? null)}</FigureBox>
                </dl>
              </Section>
              <Section title={words.labels}>
                <Panel>
                  <table className="w-full text-left">
                    <thead className="text-sm text-muted">
                      <tr>
                        <th className="px-4 py-2 font-medium">{words.label}</th>
                        <th className="w-24 px-4 py-2 text-right font-medium">{words.items}</th>
                        <th className="w-1/2 px-4 py-2 font-medium">{words.share}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {labels.map(({ label, items }) => (
                        <tr key={String(label)} className="border-t border-line">
                          <th scope="row" className="px-4 py-2 font-medium wrap-anywhere">
                            {String(label)}
                          </th>
                          <td className="px-4 py-2 text-right tabular-nums">{items}</td>
                          <td className="px-4 py-2">
                            <span className="flex items-center gap-2">
                              <span className="h-2 grow overflow-hidden rounded-full bg-sunken">
                                <span
                                  className="block h-full rounded-full bg-accent"
                                  style={{ width: `${(items / done) * 100}%` }}
                                />
                              </span>
                              <span className="w-12 text-right text-sm tabular-nums">{percent(items / done)}</span>
                            </span>
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Panel>
              </Section>
              <p className="text-sm text-muted">
                {words.model}: {predictions ? words.of(predictions.right, predictions.items) : words.noModel}
              </p>
            </>
          )}
        </div>
      )}
    </Answered>
  );
}

const FigureBox = ({ title, note, children }: { title: string; note?: string | null; children: ReactNode }) => (
  <div className="grid content-start gap-0.5 rounded-lg border border-line bg-surface px-4 py-3">
    <dt className="text-sm text-muted">{title}</dt>
    <dd className="text-lg font-semibold tabular-nums">{children}</dd>
    {note && <dd className="text-xs text-muted">{note}</dd>}
  </div>
);

const numberText = (value: number | null): string => (value === null ? words.none : value.toFixed(2));
const inWords = (value: number | null): string | null => (value === null ? null : words.words(value));
const percent = (share: number | null): string => (share === null ? words.none : `${Math.round(share * 100)} %`);
