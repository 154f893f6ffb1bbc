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
    case "cast, multiply":
      return multiplied(castItem(plain, to), conversion.factor);
    case "multiply, cast":
      return castItem(multiplied(plain, conversion.factor), to);
    case "shift right":
      return castItem(shifted(plain, -conversion.by), to);
    case "shift left":
      return shifted(castItem(plain, to), conversion.by);
  }
}

/** A product in the item's float type, whose factor joins float16 as float32. */
function multiplied(item: ArrayItem, factor: number): ArrayItem {
  const source = item.data as Numbers;
  const target = source.slice();
  if (item.dataType === "TYPE_FP16") {
    const table = halfTable();
    for (let i = 0; i < source.length; i++) target[i] = floatToHalf(Math.fround((table[source[i] as number] as number) * Math.fround(factor)));
  } else {
    const joined = item.dataType === "TYPE_FP32" ? Math.fround(factor) : factor;
    for (let i = 0; i < source.length; i++) target[i] = (source[i] as number) * joined;
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
