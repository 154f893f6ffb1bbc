import { ConchError } from "../../base/errors.ts";
import type { OpenTransform } from "../transform.ts";
import type { ImageOpenParameters } from "./spec.ts";

export const imageOpen: OpenTransform<ImageOpenParameters> = () => Promise.reject(new ConchError("INPUT_INVALID", "no decoder yet"));
