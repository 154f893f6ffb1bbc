import type { TypedData } from "../../tensor/data-type.ts";
import { floatToHalf, halfTable } from "../../tensor/half.ts";
import { mapEntries } from "../dictionary.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { castItem, type Numbers } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { conversionOf, type ConvertImageDtypeParameters, type ToDtypeParameters } from "./spec.ts";

/** torchvision's ToDtype. */
export const v2ToDtypeCpu: CpuTransform<ToDtypeParameters> = (parameters, keys, dictionary) =>
  mapEntries("v2.ToDtype", keys, dictionary, (item, key) => converted("v2.ToDtype", parameters, item, key));

/** torchvision's ConvertImageDtype. */
export const v2ConvertImageDtypeCpu: CpuTransform<ConvertImageDtypeParameters> = ({ dtype }, keys, dictionary) =>
  mapEntries("v2.ConvertImageDtype", keys, dictionary, (item, key) => converted("v2.ConvertImageDtype", { dtype, scale: true }, item, key));

function converted(transform: string, parameters: ToDtypeParameters, item: ArrayItem, key: string): ArrayItem {
  const to = dataTypeOfDtype(parameters.dtype) ?? item.dataType;
  const conversion = conversionOf(transform, parameters, item, key);
  const { dataType, shape, data } = item;
  const plain: ArrayItem = { dataType, shape, data };
  switch (conversion.kind) {
    case "cast":
      return castItem(plain, to);
    case "cast, divide":
      return computed(castItem(plain, to), (value, by) => value / by, conversion.by);
    case "multiply, cast":
      return castItem(computed(plain, (value, by) => value * by, conversion.by), to);
    case "shift right":
      return castItem(shifted(plain, -conversion.by), to);
    case "shift left":
      return shifted(castItem(plain, to), conversion.by);
  }
}

/** A product or quotient in the item's float type, whose number joins float16 as float32. */
function computed(item: ArrayItem, operation: (value: number, by: number) => number, by: number): ArrayItem {
  const source = item.data as Numbers;
  const target = source.slice();
  const joined = item.dataType === "TYPE_FP64" ? by : Math.fround(by);
  if (item.dataType === "TYPE_FP16") {
    const table = halfTable();
    for (let i = 0; i < source.length; i++) target[i] = floatToHalf(operation(table[source[i] as number] as number, joined));
  } else {
    for (let i = 0; i < source.length; i++) target[i] = operation(source[i] as number, joined);
  }
  return { ...item, data: target };
}

/** Bits moved up, or with a negative number down, the sign being kept; what leaves the type is lost. */
function shifted(item: ArrayItem, by: number): ArrayItem {
  const data: TypedData = item.data.slice();
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < data.length; i++) data[i] = by < 0 ? (data[i] as bigint) >> BigInt(-by) : (data[i] as bigint) << BigInt(by);
  } else {
    for (let i = 0; i < data.length; i++) data[i] = by < 0 ? (data[i] as number) >> -by : (data[i] as number) << by;
  }
  return { ...item, data };
}
