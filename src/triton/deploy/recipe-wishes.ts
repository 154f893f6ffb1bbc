/** What the user chooses of a deployment. */
export interface RecipeWishes {
  /** Name of the compose project and of the InferenceService. */
  readonly name: string;
  /** Release of Triton's images: "26.06". A whole tag is taken as it is: "26.06-py3-min". */
  readonly release: string;
  /** Whether a GPU is reserved although, or not although, the instance groups say otherwise; undefined: as they say. */
  readonly gpu?: boolean;
  /** Load models on request alone (and those of the repository at the start), so that a console may load and unload. */
  readonly explicit: boolean;
  /** The repository's folder, seen from the recipe's. For compose. */
  readonly folder: string;
  /** Port of the console on the machine. For compose. */
  readonly port: number;
  /** Where the repository's folder lies, as KServe's storage initializer takes it. */
  readonly storageUri: string;
  /** The image with the python packages, once it is in a registry. For KServe. */
  readonly image: string;
}

/** What is wrong with a wish. */
export type WishProblem = "name" | "release" | "folder" | "port" | "storage-scheme" | "storage-secret" | "image";

/** The release of the server whose rules Conch knows: Triton 2.70. */
export const RELEASE = "26.06";

/** Schemes that KServe's storage initializer fetches from. */
const SCHEMES = ["s3", "gs", "pvc", "hf", "oci", "hdfs", "webhdfs", "https", "http", "file"];
/** A name that compose, Kubernetes and KServe all take: a label of a domain name that begins with a letter. 40 leaves room for what KServe appends. */
const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const IMAGE = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** The problems of wishes, by the wish. */
export function wishProblems({ name, release, folder, port, storageUri, image }: RecipeWishes): Readonly<Partial<Record<keyof RecipeWishes, WishProblem>>> {
  const storage = storageProblem(storageUri);
  return {
    ...(!NAME.test(name) && { name: "name" as const }),
    ...(!TAG.test(release) && { release: "release" as const }),
    ...((folder.trim() === "" || hasControls(folder)) && { folder: "folder" as const }),
    ...(!(Number.isInteger(port) && port >= 1 && port <= 65535) && { port: "port" as const }),
    ...(storage !== undefined && { storageUri: storage }),
    ...(!IMAGE.test(image) && { image: "image" as const }),
  };
}

/** A name for deployments out of any name: what is no letter or digit becomes a hyphen. */
export function deploymentName(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 40).replace(/-+$/, "");
  return plain === "" ? "models" : plain;
}

/** The image of a release for what the backends need. */
export function tritonImage(release: string, variant: string): string {
  return `nvcr.io/nvidia/tritonserver:${/^\d\d\.\d\d$/.test(release) ? `${release}-${variant}` : release}`;
}

/** A key in an address would lie in the cluster for all to read; KServe has service accounts for keys. */
function storageProblem(uri: string): WishProblem | undefined {
  const [, scheme = "", authority = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(uri) ?? [];
  if (!SCHEMES.includes(scheme.toLowerCase()) || hasControls(uri) || /\s/.test(uri)) return "storage-scheme";
  return authority.includes("@") || /[?#]/.test(uri) ? "storage-secret" : undefined;
}

function hasControls(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/.test(text);
}
