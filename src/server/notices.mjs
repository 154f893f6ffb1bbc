import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ROOT } from "./build.mjs";

/** Name of the file in the build. */
const FILE = "THIRD-PARTY-NOTICES.txt";

const LICENCE_FILE = /^(licen[cs]e|copying|notice|third.?party.?notices?)([.-].*)?$/i;

/** Texts of the licences whose packages forget theirs, by SPDX name. */
const STANDARD = {
  "Apache-2.0": join(ROOT, "LICENSE"),
  "BSD-2-Clause": join(import.meta.dirname, "licences/BSD-2-Clause.txt"),
  "BSD-3-Clause": join(import.meta.dirname, "licences/BSD-3-Clause.txt"),
  "MIT": join(import.meta.dirname, "licences/MIT.txt"),
};

/** Who holds the rights in packages that do not say so in a licence file. */
const HOLDERS = {
  "@bufbuild/protobuf": "Buf Technologies, Inc. and Google Inc.",
  "@niivue/niivue": "NiiVue contributors",
  "omggif": "Dean McNamee",
  "onnxruntime-common": "Microsoft Corporation",
  "onnxruntime-web": "Microsoft Corporation",
  "react-remove-scroll-bar": "Anton Korzunov",
};

/** Folders of packages that hold code of others, compiled, with licences of its own. */
const FOREIGN_CODE = { "@jsquash/jpeg": ["codec"], "@jsquash/webp": ["codec"] };

/**
 * Two Vite plugins that together list every package of which the build holds code or files, with the text of its licence, as
 * `THIRD-PARTY-NOTICES.txt`: `page` belongs among the plugins, `worker` among those of workers, whose modules are bundled apart and first.
 */
export function thirdPartyNotices() {
  const folders = new Set();
  return {
    page: {
      name: "conch:notices",
      apply: "build",
      async generateBundle(_, bundle) {
        collect(bundle, folders);
        this.emitFile({ type: "asset", fileName: FILE, source: await notices([...folders]) });
      },
    },
    worker: () => ({
      name: "conch:notices-of-workers",
      apply: "build",
      generateBundle(_, bundle) {
        collect(bundle, folders);
      },
    }),
  };
}

function collect(bundle, folders) {
  for (const output of Object.values(bundle)) {
    for (const id of [...(output.moduleIds ?? []), ...(output.originalFileNames ?? [])]) {
      const folder = packageFolder(id.replaceAll("\\", "/"));
      if (folder !== undefined) folders.add(resolve(ROOT, folder));
    }
  }
}

/** ".../node_modules/@scope/name" of a module's id, or undefined for one of no package. */
export function packageFolder(id) {
  return /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/?]+)\//.exec(id)?.[1];
}

async function notices(folders) {
  const parts = [];
  for (const folder of folders) {
    const { name, version, license, homepage } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const licence = typeof license === "string" ? license : (license?.type ?? "none stated");
    const texts = await licenceTexts(folder, name, licence);
    parts.push([`${name} ${version}`, `Licence: ${licence}`, ...(homepage ? [homepage] : []), "", texts.join("\n\n"), ""].join("\n"));
  }
  const line = `${"=".repeat(80)}\n`;
  return `Conch holds code of these packages. Each is followed by its licence.\n\n${[...new Set(parts)].sort().map((part) => line + part).join("\n")}`;
}

/** The package's own files, else the text that its licence's name stands for. Throws when there is neither. */
async function licenceTexts(folder, name, licence) {
  const own = await licenceFiles(folder);
  const foreign = await Promise.all((FOREIGN_CODE[name] ?? []).map((inside) => licenceFiles(join(folder, inside))));
  if (own.length > 0) return Promise.all([...own, ...foreign.flat()].map(async (file) => (await readFile(file, "utf8")).trim()));
  const parts = licence.replaceAll(/[()]/g, "").split(/ (?:AND|OR) /);
  if (!(name in HOLDERS) || parts.some((part) => !(part in STANDARD))) {
    throw new Error(`${name} (${licence}) is in the build but has no licence text; name its holder in src/server/notices.mjs`);
  }
  const texts = await Promise.all(parts.map(async (part) => (await readFile(STANDARD[part], "utf8")).trim()));
  return [`Copyright (c) ${HOLDERS[name]}`, ...texts];
}

async function licenceFiles(folder) {
  return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name)).map((entry) => join(folder, entry.name));
}
