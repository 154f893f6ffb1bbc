import type { ReactNode } from "react";
import type { DataType } from "../../tensor/data-type.ts";
import { inspectorMessages } from "../../ui/catalogue/inspector.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { DataTypeMark } from "../../ui/data-type-mark.tsx";
import { formatShape } from "../../ui/format.ts";
import { MoreButton, useFirst } from "../../ui/long-list.tsx";
import classes from "./inspector.module.css";

/** A titled part of the inspector. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h3 className={classes.partTitle}>{title}</h3>
      {children}
    </section>
  );
}

/** Names and values in two columns. Values that are undefined are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A tensor that a model declares. */
interface Declared {
  readonly name: string;
  readonly data_type: DataType;
  readonly dims: readonly number[];
  readonly optional?: boolean;
}

/** Tensors listed at first, and more with each press. */
const PAGE = 100;

/** The tensors that a model takes or gives, one per line: glyph and type, name, dims. */
export function TensorList({ tensors }: { tensors: readonly Declared[] }) {
  const t = useMessages(inspectorMessages);
  const first = useFirst(tensors, PAGE);
  if (tensors.length === 0) return <p className={classes.dimmed}>{t("noTensors")}</p>;
  return (
    <>
      <ul className={classes.tensors}>
        {first.shown.map(({ name, data_type, dims, optional }) => (
          <li key={name}>
            <span className={classes.tensorName}>{name}</span>
            <span className={classes.tensorType}>
              <DataTypeMark type={data_type} /> {formatShape(dims)}
              {optional === true && <em> {t("optional")}</em>}
            </span>
          </li>
        ))}
      </ul>
      <MoreButton {...first} />
    </>
  );
}
