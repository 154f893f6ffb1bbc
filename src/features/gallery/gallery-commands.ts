import type { SampleEntry } from "../../repositories/listing.ts";
import type { Command, Wording } from "../../state/commands.ts";
import type { WorkspaceSummary } from "../../state/workspace-store.ts";
import type { App } from "../../ui/app-context.ts";
import { galleryMessages } from "../../ui/catalogue/gallery.messages.ts";
import { wording } from "../../ui/catalogue/section.ts";
import { sampleWords } from "./sample-words.ts";

/** What the first screen offers, as commands: running and opening samples, opening what was open before. */
export function galleryCommands(workspace: App["workspace"], samples: readonly SampleEntry[], recents: readonly WorkspaceSummary[]): readonly Command[] {
  const command = (id: string, title: Wording, run: () => Promise<unknown>): Command => ({ id, title, where: "window", run: () => void run() });
  const named = (key: "runSample" | "openSample", sample: SampleEntry): Wording => (language) =>
    wording(galleryMessages, key, { name: sampleWords(sample, language).title })(language);
  return [
    ...samples.flatMap((sample) => [
      ...(sample.examples.length > 0 ? [command(`run-sample:${sample.name}`, named("runSample", sample), () => workspace.runSample(sample.name))] : []),
      command(`open-sample:${sample.name}`, named("openSample", sample), () => workspace.openSample(sample.name)),
    ]),
    ...recents.map((recent) => command(`open-recent:${recent.id}`, wording(galleryMessages, "openRecent", { name: recent.name }), () => workspace.openRecent(recent))),
  ];
}
