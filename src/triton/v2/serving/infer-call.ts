import type { DataType } from "../../../tensor/data-type.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { ModelConfig } from "../../model-config/model-config.ts";

/** An inference as a server got it. */
export interface InferCall {
  /** As the client wrote it; undefined where it gave none. */
  readonly id: string | undefined;
  readonly sequence: Sequence;
  /** Level in the queue, 1 the highest; 0: the model's default. */
  readonly priority: bigint;
  /** Microseconds that it may wait in the queue; 0: as long as the model lets it. */
  readonly timeout: bigint;
  /** By name, in the order of the request. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Empty: all outputs. */
  readonly outputs: readonly OutputWish[];
  /** Whether outputs that are not listed are wanted as binary. */
  readonly binaryOutputs: boolean;
}

/** Which sequence a request belongs to. */
export interface Sequence {
  /** 0n or "" for none. */
  readonly id: bigint | string;
  readonly start: boolean;
  readonly end: boolean;
}

/** How an output is wanted. */
export interface OutputWish {
  readonly name: string;
  readonly binary: boolean;
  /** How many of the largest values are wanted instead of the tensor, as text. 0: the tensor. */
  readonly classification: number;
}

/** What is known of an input before its elements were read. */
export interface InputType {
  readonly dataType: DataType;
  readonly shape: readonly number[];
}

/** The model that a call is for, as far as its decoding asks for it. */
export interface CallTarget {
  readonly model: string;
  readonly config: ModelConfig;
  /** What stands against these inputs and outputs: the message, with the request's name where Triton gives it. */
  problem(id: string | undefined, inputs: ReadonlyMap<string, InputType>, outputs: readonly OutputWish[]): string | undefined;
  /** The most bytes of a JSON part, of a tensor in JSON, and of a body without JSON. */
  readonly limit: number;
}
