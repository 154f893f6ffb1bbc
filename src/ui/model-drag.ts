/** The type of a model that is dragged from the explorer onto the canvas; its data is the model's name. */
export const MODEL_DRAG_TYPE = "application/x-conch-model";
