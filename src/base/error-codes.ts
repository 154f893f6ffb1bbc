/** Every code that a ConchError may carry, with its meaning. Codes are stable; grouped by the subject that throws them. */
export const ERROR_CODES = {
  INTERNAL: "A bug in Conch, or a failure of the platform that it does not know",
  CANCELLED: "The user cancelled the operation",
  // tensors and their files
  NPY_INVALID: "The bytes are no .npy or .npz file, or one of a kind that Conch does not read",
  TENSOR_MISMATCH: "A tensor's data type, shape or byte length is not what was expected",
  // transforms
  TRANSFORMS_INVALID: "transforms.json does not describe a chain that can run",
  MODEL_FILE_INVALID: "A file that a model's transforms read is missing, or is not what they expect",
  TEXT_INVALID: "The bytes of a text are no UTF-8",
  TRANSFORM_FAILED: "A transform cannot be applied to the data that reached it",
  // runs
  NO_WEBGPU: "This browser or machine offers no WebGPU adapter",
  DEVICE_LOST: "The GPU device was lost",
  DEVICE_LIMIT: "The device does not allow a buffer or dispatch of this size",
  WORKER_DIED: "The worker that runs models ended unexpectedly",
  STALE_TENSOR: "A tensor handle of a worker or device that no longer exists",
  REQUEST_INVALID: "The request does not fit the model's configuration",
  INDEX_OUT_OF_RANGE: "An input names a row that a table of the model does not have, such as the id of a word of another vocabulary",
  MODEL_NOT_RUNNABLE: "The model cannot run where it was placed",
  STEP_FAILED: "A step of the ensemble failed",
  ENSEMBLE_DEADLOCK: "No step can run any more and a requested output has no value",
  // input files
  INPUT_INVALID: "A file or setting that was to become an input tensor cannot be read as one",
  INPUT_TOO_LARGE: "An input is larger than Conch fetches, or than this browser or process can hold",
  INPUT_UNREACHABLE: "A file that was to become an input cannot be fetched from its address",
  BATCH_TOO_LARGE: "An input has more items than the model's max_batch_size",
  CAMERA_UNAVAILABLE: "No picture can be taken: there is no camera, it is in use, or it is not allowed",
  PICTURE_INVALID: "The bytes of a picture are damaged or end too early",
  PICTURE_UNSUPPORTED: "The bytes are no picture, or a picture of a kind that Conch does not decode",
  NIFTI_INVALID: "The bytes are no NIfTI file, or one whose header contradicts itself",
  NIFTI_TRUNCATED: "A NIfTI file ends before the data that its header announces",
  NIFTI_UNSUPPORTED_TYPE: "A NIfTI file holds a data type that is no real number per voxel",
  NIFTI_FRAME_NEEDED: "A NIfTI file holds several frames and the input takes one",
  // repositories and workspaces
  REPOSITORY_UNREADABLE: "A repository, or one of its files, cannot be read",
  REPOSITORY_PERMISSION: "The user or the browser did not allow access to a folder",
  REPOSITORY_CONFLICT: "A file was changed by another program since it was read",
  REPOSITORY_READ_ONLY: "The repository cannot be written to",
  NO_MODEL_FOUND: "What was to be added to the open repository holds no model",
  REPOSITORY_UNWRITABLE: "A file of the repository cannot be written, so none was",
  REPOSITORY_PARTLY_WRITTEN: "Some files of a batch were written before one could not be",
  ZIP_INVALID: "The file is no zip archive, or a damaged one",
  ZIP_ENCRYPTED: "The zip archive is protected by a password",
  ZIP_TOO_LARGE: "The zip archive announces more files or bytes than Conch opens",
  WORKSPACE_MISSING: "The browser's storage holds no such workspace, or no longer all of it",
  WORKSPACE_IN_USE: "Another tab has the workspace open",
  STORAGE_FULL: "The browser's storage has no room left",
  // ONNX models and ONNX Runtime
  ONNX_EMPTY: "The model file has no bytes",
  ONNX_NOT_ONNX: "The file is something else than an ONNX model",
  ONNX_TRUNCATED: "The model file ends before its model does",
  ONNX_UNSUPPORTED: "The model has inputs or outputs that no Triton tensor can carry",
  ONNX_EXTERNAL_MISSING: "A file that holds weights of the model is missing or too short",
  ONNX_EXTERNAL_OUTSIDE: "A model names a file outside of its folder for its weights",
  MODEL_TOO_LARGE: "A model, or one of its tensors, is larger than its format, the memory of ONNX Runtime or the GPU allows",
  ORT_LOAD_FAILED: "ONNX Runtime did not accept the model",
  ORT_RUN_FAILED: "ONNX Runtime failed while it ran the model",
  ORT_POISONED: "ONNX Runtime can no longer be used in this worker, which has to be restarted",
  // inference servers that speak the v2 protocol
  V2_REQUEST_INVALID: "A request cannot be sent to an inference server as it is",
  V2_UNREACHABLE: "No answer, or only a part of one, came from the inference server",
  V2_TIMEOUT: "The inference server did not answer in the time that it was given",
  V2_REDIRECTED: "The address of the inference server leads to another one",
  V2_REFUSED: "The inference server answered with an error",
  V2_RESPONSE_INVALID: "The answer of the inference server is not what the protocol says",
  V2_RESPONSE_TOO_LARGE: "The answer of the inference server is larger than allowed",
  SERVER_UNKNOWN: "No inference server of that name is connected in this window",
  SERVER_WITHOUT_MODEL: "The inference server does not know the model, or it is not ready there",
  // forests of decision trees
  FOREST_INVALID: "The file is no forest of its kind, or one that contradicts itself; the message names tree and node where it can",
  FOREST_TRUNCATED: "A forest's file ends before the trees or nodes that it announces",
  FOREST_UNSUPPORTED: "The forest is of a format, version or kind that Conch does not run",
  // edits of an ensemble
  EDIT_IMPOSSIBLE: "The ensemble cannot be changed that way; the message says what stands against it",
  // the command line
  OUTPUT_UNWRITABLE: "An output of a run cannot be written to its file",
} as const;

/** The closed union of error codes. */
export type ConchErrorCode = keyof typeof ERROR_CODES;
