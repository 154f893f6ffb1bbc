import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { listFolder } from "../folder-listing.mjs";

const INDEX = "repositories/index.json";

/**
 * Lists the model repositories below `<public>/repositories` and their example files below `<public>/examples` as `repositories/index.json`:
 * static hosting lists no folders. Made anew for each request in development, emitted once by a build.
 */
export function sampleIndex() {
  let publicFolder = "";
  let base = "/";
  return {
    name: "conch:sample-index",
    configResolved(config) {
      publicFolder = config.publicDir;
      base = config.base.startsWith("/") ? config.base : "/";
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        if ((request.url ?? "").split("?")[0] !== base + INDEX) return next();
        try {
          response.setHeader("Content-Type", "application/json");
          response.setHeader("Cache-Control", "no-store");
          response.end(JSON.stringify(await readSampleIndex(publicFolder)));
        } catch (error) {
          next(error);
        }
      });
    },
    async generateBundle() {
      if (this.environment !== undefined && this.environment.name !== "client") return;
      this.emitFile({ type: "asset", fileName: INDEX, source: JSON.stringify(await readSampleIndex(publicFolder)) });
    },
  };
}

/** The content of `repositories/index.json`; its schema is indexSchema in ../listing.ts. */
export async function readSampleIndex(publicFolder) {
  const root = join(publicFolder, "repositories");
  const names = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const repositories = [];
  for (const name of names.filter((name) => !name.startsWith(".")).sort()) {
    const { files, emptyFolders } = await listFolder(join(root, name));
    const examples = (await listFolder(join(publicFolder, "examples", name))).files;
    const readme = await readFile(join(root, name, "README.md"), "utf8").catch(() => "");
    repositories.push({ name, ...describe(readme, name), files, emptyFolders, examples });
  }
  return { repositories };
}

/** First heading and first paragraph of a README, as one line without emphasis marks. */
function describe(readme, name) {
  const paragraphs = readme.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  const heading = paragraphs.find((paragraph) => paragraph.startsWith("# "));
  const summary = paragraphs.find((paragraph) => paragraph !== "" && !/^[#|!<>`-]/.test(paragraph));
  return { title: plain(heading?.split("\n")[0]?.slice(2)) || name, summary: plain(summary) };
}

function plain(markdown = "") {
  return markdown.replaceAll(/\s+/g, " ").replaceAll(/[*_]{2,}|`/g, "").trim();
}
