import { Button, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { PlacedModel, PlacementSet } from "../../state/placement-sets.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./placements.module.css";

interface OwnSetFormProps {
  readonly models: readonly PlacedModel[];
  readonly taken: readonly string[];
  onAdd(set: PlacementSet): void;
  onClose(): void;
}

/** A set of the user's own: a name, and one line per model. */
export function OwnSetForm({ models, taken, onAdd, onClose }: OwnSetFormProps) {
  const t = useMessages(placementsMessages);
  const [name, setName] = useState("");
  const [places, setPlaces] = useState<Readonly<Record<string, "gpu" | "cpu" | undefined>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = name.trim();
    if (given === "" || taken.includes(given)) return setProblem(t(given === "" ? "ownNameMissing" : "ownNameTaken"));
    const placements = Object.fromEntries(Object.entries(places).flatMap(([model, kind]) => (kind === undefined ? [] : [[model, kind] as const])));
    onAdd({ name: given, placements });
  };
  return (
    <form className={classes.own} onSubmit={submit} data-testid="own-set">
      <TextInput
        label={t("ownName")}
        value={name}
        error={problem}
        data-autofocus
        autoFocus
        onChange={(event) => {
          setName(event.currentTarget.value);
          setProblem(null);
        }}
      />
      {models.map((model) => (
        <div key={model.name} className={classes.place}>
          <Text size="xs" className={classes.name}>{model.name}</Text>
          <SegmentedControl
            size="xs"
            aria-label={t("placeOf", { model: model.name })}
            value={places[model.name] ?? "text"}
            onChange={(value) => setPlaces({ ...places, [model.name]: value === "text" ? undefined : (value as "gpu" | "cpu") })}
            data={[
              { value: "text", label: t("asWritten") },
              { value: "cpu", label: "CPU" },
              { value: "gpu", label: "WebGPU" },
            ]}
          />
        </div>
      ))}
      <Group gap={8}>
        <Button type="submit" variant="default">{t("add")}</Button>
        <Button variant="subtle" color="gray" onClick={onClose}>{t("close")}</Button>
      </Group>
    </form>
  );
}
