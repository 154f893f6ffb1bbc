import * as v from "valibot";

const fileSchema = v.object({ path: v.pipe(v.string(), v.nonEmpty()), size: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/** The repository that a server of files offers: the answer to GET `<base>/repository.json`. */
export const listingSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty()),
  /** Small files with their bytes, in base64. */
  files: v.array(v.object({ ...fileSchema.entries, content: v.optional(v.pipe(v.string(), v.base64())) })),
  /** Folders without files. */
  emptyFolders: v.array(v.string()),
});

/** The repositories that a build or a development server carries: the answer to GET `repositories/index.json`. */
export const indexSchema = v.object({
  repositories: v.array(
    v.object({
      /** Folder name below `repositories/`. */
      name: v.pipe(v.string(), v.nonEmpty()),
      /** First heading and first paragraph of its README.md. */
      title: v.string(),
      summary: v.string(),
      files: v.array(fileSchema),
      emptyFolders: v.array(v.string()),
      /** Files of `examples/<name>/`, to run it on; what belongs to one example shares its name up to the first dot, and NAME.INPUT.json is for that input. */
      examples: v.array(fileSchema),
    }),
  ),
});

/** The list of samples. */
export type SampleIndex = v.InferOutput<typeof indexSchema>;

/** One sample of the list. */
export type SampleEntry = SampleIndex["repositories"][number];
